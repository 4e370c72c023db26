import { findBrowser } from '../test/support/swiftshader';

/** One step of the whole suite: an npm script, counted as one check or by the tests that it runs. */
export interface Stage {
  readonly name: string;
  readonly script: string;
  readonly scriptArguments?: readonly string[];
  readonly counts: 'one check' | 'its tests';
  /** After this long the stage is ended and has failed: a lost device can hang a process for ever. */
  readonly limitMinutes: number;
  /** A stage that this one waits for, and without which it would only repeat its failure. */
  readonly after?: string;
  /** Why the stage cannot run on this machine, if it cannot. */
  readonly reasonToSkip?: () => string | undefined;
}

const vitestTotals = ['--reporter=default', '--reporter=./scripts/vitest-totals.ts'];
const playwrightTotals = ['--reporter=list,./scripts/playwright-totals.ts'];

/** The whole suite, cheap stages first; what can run side by side does. */
export const stages: readonly Stage[] = [
  // What `npm ci` built may be older than the sources.
  { name: 'simd', script: 'build:simd', counts: 'one check', limitMinutes: 2 },
  { name: 'lint', script: 'lint', counts: 'one check', limitMinutes: 4 },
  { name: 'types', script: 'types', counts: 'one check', limitMinutes: 8 },
  { name: 'deps', script: 'deps', counts: 'one check', limitMinutes: 4 },
  {
    name: 'unit',
    script: 'test:unit',
    scriptArguments: vitestTotals,
    counts: 'its tests',
    limitMinutes: 16,
    after: 'simd',
  },
  {
    name: 'generated',
    script: 'generate',
    scriptArguments: ['--check'],
    counts: 'one check',
    limitMinutes: 4,
    after: 'simd',
  },
  { name: 'build', script: 'build', counts: 'one check', limitMinutes: 8, after: 'simd' },
  {
    name: 'fuzz',
    script: 'fuzz',
    scriptArguments: ['--count', '12'],
    counts: 'one check',
    limitMinutes: 10,
    after: 'build',
  },
  {
    name: 'gpu',
    script: 'test:gpu',
    scriptArguments: vitestTotals,
    counts: 'its tests',
    limitMinutes: 16,
    after: 'simd',
  },
  {
    name: 'recipes',
    script: 'test:recipes',
    scriptArguments: vitestTotals,
    counts: 'its tests',
    limitMinutes: 28,
    after: 'build',
  },
  {
    name: 'browser',
    script: 'test:browser',
    scriptArguments: playwrightTotals,
    counts: 'its tests',
    limitMinutes: 28,
    after: 'build',
    reasonToSkip: () => {
      const browser = findBrowser();
      return 'skipped' in browser ? browser.skipped : undefined;
    },
  },
];

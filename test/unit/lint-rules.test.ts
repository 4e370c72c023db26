import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** [rule, path, what it refuses, the same done right]; a broken plugin of Biome fails silently. */
const cases: readonly (readonly [rule: string, path: string, wrong: string, right: string])[] = [
  [
    'Module-level state',
    'src/runtime/cpu/state.ts',
    'let calls = 0;\nexport const next = () => ++calls;\n',
    'export function next(calls: number) {\n  let sum = calls;\n  sum += 1;\n  return sum;\n}\n',
  ],
  [
    'Module-level state',
    'src/nodes/state.ts',
    'export let calls = 0;\nexport const next = () => ++calls;\n',
    'export const calls = 0;\n',
  ],
  [
    'must not depend on chance',
    'src/runtime/compile/random.ts',
    'export const draw = () => Math.random();\n',
    'export const draw = (seeded: () => number) => seeded();\n',
  ],
  [
    'must not depend on chance',
    'src/runtime/ops/noise/noise.cpu.ts',
    'export const draw = () => Date.now();\n',
    'export const draw = (now: number) => now;\n',
  ],
  [
    'lint/suspicious/noConsole',
    'src/runtime/gpu/console.ts',
    "console.log('done');\n",
    'export const done = true;\n',
  ],
  [
    'lint/nursery/noFloatingPromises',
    'src/runtime/gpu/promise.ts',
    'async function run() {}\nexport function start() {\n  run();\n}\n',
    'async function run() {}\nexport async function start() {\n  await run();\n}\n',
  ],
  [
    'lint/style/noNonNullAssertion',
    'src/runtime/gpu/assertion.ts',
    'export const first = (list: string[]) => list[0]!;\n',
    'export const first = (list: string[]) => list[0];\n',
  ],
  [
    'lint/style/noExcessiveLinesPerFile',
    'src/runtime/gpu/lines.ts',
    'export const one = 1;\n'.repeat(401),
    'export const one = 1;\n',
  ],
  [
    'lint/style/noNonNullAssertion',
    'src/imaging/element.ts',
    'export const first = (list: Float32Array) => list[0]!;\n',
    'export const first = (list: Float32Array) => list[0];\n',
  ],
];

/** A numeric inner loop may say that an element is there. */
const allowed = 'src/runtime/ops/warp/warp.cpu.ts';

const folder = mkdtempSync(join(tmpdir(), 'weft-lint-'));
const complaints = { wrong: '', right: '' };

/** What Biome says, with this repository's configuration, of the files given by path. */
function lint(name: string, files: ReadonlyMap<string, string>): string {
  const root = join(folder, name);
  cpSync('biome.json', join(root, 'biome.json'));
  cpSync('scripts/lint', join(root, 'scripts/lint'), { recursive: true });
  for (const [path, source] of files) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), source);
  }
  const biome = resolve('node_modules/@biomejs/biome/bin/biome');
  const options = ['lint', '--vcs-enabled=false', '--max-diagnostics=none', '--colors=off'];
  const ran = spawnSync(process.execPath, [biome, ...options], { cwd: root, encoding: 'utf8' });
  return ran.stdout + ran.stderr;
}

beforeAll(() => {
  const element = 'export const first = (list: Float32Array) => list[0]!;\n';
  complaints.wrong = lint('wrong', new Map(cases.map(([, path, wrong]) => [path, wrong])));
  complaints.right = lint(
    'right',
    new Map([...cases.map(([, path, , right]) => [path, right] as const), [allowed, element]]),
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(cases)('%s is refused in %s', (rule, path) => {
  // Biome heads each complaint with path, line and rule, and puts the words below it.
  const said = complaints.wrong.split(/^(?=\S+\.ts)/m).filter((part) => part.startsWith(path));
  expect(said.join('')).toContain(rule);
});

it('nothing is said of the same done right', () => {
  expect(complaints.right).toMatch(/Checked \d+ files/);
  expect(complaints.right).not.toMatch(/^src\//m);
});

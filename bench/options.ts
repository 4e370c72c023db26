import { parseArgs } from 'node:util';
import type { DeviceKind } from '../src/runtime/api/engine/engine-api';

/** What can be measured. */
export const suiteNames = [
  'kernels',
  'formulas',
  'recipes',
  'compile',
  'memory',
  'real',
  'process',
  'folding',
  'conditioning',
  'systems',
  'convolution',
  'convolution-gpu',
] as const;
export type SuiteName = (typeof suiteNames)[number];

/** What is measured unless suites are named: all but those that take long, or need the command line built. */
const onlyWhenNamed: readonly string[] = [
  'process',
  'folding',
  'conditioning',
  'systems',
  'convolution',
  'convolution-gpu',
];
const byDefault = suiteNames.filter((name) => !onlyWhenNamed.includes(name));

/** What a person asked the benchmark for. */
export interface BenchOptions {
  readonly suites: readonly SuiteName[];
  readonly device: DeviceKind;
  /** Threads of the CPU device; all processors where it is not given. */
  readonly threads: number | undefined;
  /** Small images and one repetition, for slow devices and for trying the benchmark itself. */
  readonly quick: boolean;
  /** Also runs the recipes with the stop rule off, so that every level does all its iterations. */
  readonly fullIterations: boolean;
  readonly jsonPath: string | undefined;
  /** Folder of another clone, built, whose processes are timed in turn with this one's. */
  readonly against: string | undefined;
  /** Folders, with a colon between them, that hold programs of others to be timed in turn with ours. */
  readonly peers: string | undefined;
  /** A recipe or a pair: only what concerns it. */
  readonly only: string | undefined;
}

export const benchHelp = `usage: npm run bench -- [kernels|formulas|recipes|compile|memory|real|process|folding|conditioning|systems|convolution|convolution-gpu ...] [options]

       npm run bench -- compare BEFORE.json AFTER.json

  --device cpu|gpu     what to measure; the cpu device unless told
  --threads N          threads of the cpu device; all processors unless told
  --quick              small images, one repetition
  --full-iterations    recipes: also with the stop rule off
  --json FILE          also write everything as JSON
  --against FOLDER     process: another clone, built, that is timed in turn with this one
  --peers FOLDERS      process: also the programs that recipes follow (greedy, elastix, reg_aladin,
                       reg_f3d), in turn, where these folders (a:b) or the path hold them
  --only NAME          systems: this recipe, or the recipes that are meant for this pair;
                       kernels, process: this recipe

All suites but process, which times what npm run build:cli has built, folding, conditioning and systems,
which take long, and convolution-gpu, which needs a graphics card, run unless some are named. Real image pairs are looked for in ../shared/data, or in the
folder that WEFT_DATA names.
`;

/**
 * Reads the arguments of the benchmark.
 * @throws Error where they make no sense
 */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      device: { type: 'string', default: 'cpu' },
      threads: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'full-iterations': { type: 'boolean', default: false },
      json: { type: 'string' },
      against: { type: 'string' },
      peers: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const { device } = values;
  if (device !== 'cpu' && device !== 'gpu') throw new Error('--device is cpu or gpu.');
  const threads = values.threads === undefined ? undefined : Number(values.threads);
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1)) {
    throw new Error('--threads is a whole number from 1.');
  }
  return {
    suites: positionals.length === 0 ? byDefault : positionals.map(suiteOf),
    device,
    threads,
    quick: values.quick,
    fullIterations: values['full-iterations'],
    jsonPath: values.json,
    against: values.against,
    peers: values.peers,
    only: values.only,
  };
}

function suiteOf(name: string): SuiteName {
  const suite = suiteNames.find((candidate) => candidate === name);
  if (suite === undefined) throw new Error(`There is no suite "${name}".`);
  return suite;
}

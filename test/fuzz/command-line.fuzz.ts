import { readFileSync } from 'node:fs';
import { runCommandLine } from '../../src/cli/command-line';
import { terminalOf } from '../../src/cli/terminal';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { headPhantom } from '../../src/imaging/phantoms/head';
import { nodeRegistry } from '../../src/nodes/index';
import type { EngineApi } from '../../src/runtime/api/engine/engine-api';
import { deviceOpeners } from '../../src/runtime/device-openers';
import { createSession } from '../../src/runtime/session';
import { createTestHost, engineWith } from '../unit/cli/test-host';
import type { FuzzProperty } from './fuzz-property';
import { mutatedRecipe } from './mutated-recipe';
import { seededChoices } from './seeded-choices';

const recipes = ['brain-2d-greedy', 'brain-t1-affine', 'brain-t1-greedy', 'brain-t1-svf'];
const slowMs = 20_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const raw = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** `weft validate` and `weft plan` of recipes that were changed at random, in this process. */
export const changedRecipes: FuzzProperty = {
  name: 'changed recipes, in process',
  async run(count, seed) {
    const faults: string[] = [];
    const engine = withTinyHeads();
    const texts = recipes.map((name) => readFileSync(`pipelines/${name}.json`, 'utf8'));
    for (let i = 0; i < count; i += 1) {
      const choices = seededChoices(seed * 1_000_003 + i);
      const text = mutatedRecipe(choices, choices.pick(texts));
      const command = choices.pick(['validate', 'plan']);
      const more =
        command === 'plan' ? choices.pick([[], ['--json'], ['--set', '\u202ea.b=\u009b']]) : [];
      const name = choices.pick(['changed.json', 'a\u202egnp.json']);
      const fault = await faultOf([command, name, ...more], { [name]: text }, engine);
      if (fault !== undefined) faults.push(`${command}, seed ${seed}, input ${i}: ${fault}`);
    }
    return { tried: count, faults };
  },
};

async function faultOf(
  args: readonly string[],
  disk: Readonly<Record<string, string>>,
  engine: EngineApi,
): Promise<string | undefined> {
  let printed = '';
  const stream = {
    write: (text: string) => {
      printed += text;
    },
    on: () => {},
  };
  const terminal = terminalOf(stream, stream, () => {});
  const startedMs = performance.now();
  try {
    const status = await runCommandLine(args, { ...createTestHost({ disk, engine }), terminal });
    if (![0, 1, 2].includes(status)) return `exit ${status}: ${printed.slice(0, 300)}`;
  } catch (error) {
    return `it threw ${error instanceof Error ? error.stack : error}`;
  }
  if (/\n {4}at /.test(printed)) return `a stack is printed: ${printed.slice(0, 300)}`;
  if (raw.test(printed)) return 'a control character or a mark of direction reaches the terminal';
  if (/:secret@/.test(printed.replaceAll(/"url": "[^"]*"/g, ''))) return 'a password is printed';
  const tookMs = performance.now() - startedMs;
  return tookMs > slowMs ? `hang: it took ${(tookMs / 1000).toFixed(1)} s` : undefined;
}

/** An engine that gives every loader the same small head: generating large ones would take all the time. */
function withTinyHeads(): EngineApi {
  const devices = deviceOpeners({ gpu: undefined, spawnThread: undefined, threads: 1 });
  const session = createSession({ registry: nodeRegistry, devices });
  const head = headPhantom({
    ...{ dimensions: 3, sizeVoxels: [12, 14, 10], seed: 1, subject: 1, contrast: 't1' },
  });
  const opened = new Map<string, ReturnType<EngineApi['openInput']>>();
  return engineWith(session, {
    openInput: ({ nodeId, source: { as } }) => {
      const volume = as === 'image' ? head.image : head.labels;
      const open = () =>
        session.openInput({
          ...{ nodeId, source: { kind: 'file', as, name: 'a.nii' } },
          bytes: writeNifti(volume, { gzip: false }),
        });
      const found = opened.get(as) ?? open();
      opened.set(as, found);
      return found;
    },
  });
}

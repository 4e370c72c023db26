import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder, startWeft } from './built-program';
import type { FuzzProperty } from './fuzz-property';
import { mutatedRecipe } from './mutated-recipe';
import { seededChoices } from './seeded-choices';

const limitMs = 60_000;

/** The built program on recipes that were changed at random: it ends by itself, with 0, 1 or 2. */
export const builtProgram: FuzzProperty = {
  name: 'changed recipes, the built program',
  async run(count, seed) {
    const text = readFileSync('pipelines/brain-2d-greedy.json', 'utf8').replaceAll(
      /"iterations": \[[^\]]*\]/g,
      '"iterations": [1, 1, 1]',
    );
    const faults: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const choices = seededChoices(seed * 1_000_003 + i);
      const command = choices.pick(['validate', 'plan', 'run']);
      const fault = await inTemporaryFolder(async (folder) => {
        writeFileSync(join(folder, 'changed.json'), mutatedRecipe(choices, text));
        const more = command === 'run' ? ['--out', 'out', '--device', 'cpu', '--threads', '1'] : [];
        const { child, ended } = startWeft([command, 'changed.json', ...more], folder);
        const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
        const { status, by, error } = await ended;
        clearTimeout(timer);
        if (by !== null) return `hang: ended by ${by} after ${limitMs / 1000} s`;
        const isRight = status !== null && status <= 2 && !/\n {4}at /.test(error);
        return isRight ? undefined : `exit ${status}: ${error.slice(0, 300)}`;
      });
      if (fault !== undefined) faults.push(`${command}, seed ${seed}, input ${i}: ${fault}`);
    }
    return { tried: count, faults };
  },
};

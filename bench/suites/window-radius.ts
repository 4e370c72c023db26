import type { Device } from '../../src/runtime/devices';
import type { LoopStep } from '../../src/runtime/ir/kernel-graph';
import { countedPasses } from '../../src/runtime/ir/repeats';
import { compileRecipe, openRecipe } from '../compiled-recipe';
import type { Pair } from '../pairs';
import { shortened, timeOnDevice, timePassesOnCpu } from '../pass-times';
import { readRecipe, withParameters } from '../recipe';
import { msText, type Section } from '../report';
import { spreadCells, spreadOf } from '../statistics';
import { finestLevel } from './kernels';

const radii = [2, 4, 8, 12] as const;
const iterations = 5;
const repetitions = 5;

/** The kernels of local correlation and of its windows. */
const ofCorrelation = /^(lncc|window)-/;

/** What local correlation takes in an iteration of the greedy recipe's finest level by half its window. */
export async function timeWindowRadii(
  device: Device,
  threads: number,
  pair: Pair,
): Promise<Section> {
  const plans = await Promise.all(
    radii.map(async (radiusVoxels) => {
      const document = withParameters(readRecipe('brain-t1-greedy'), {
        'local-correlation': { radiusVoxels },
      });
      const recipe = await openRecipe(document, pair);
      const full = compileRecipe(recipe, { lateInputBytes: Number.POSITIVE_INFINITY });
      const level = finestLevel(full, 'greedy');
      return { recipe, level, plan: shortened(full, level, iterations) };
    }),
  );
  const times = plans.map((): number[] => []);
  // In turn: what slows the machine down for a while slows them all.
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const [index, { recipe, level, plan }] of plans.entries()) {
      const passes =
        device.kind === 'cpu'
          ? await timePassesOnCpu(plan, recipe, threads)
          : (await timeOnDevice(device, plan, recipe, true)).passes;
      const step = plan.steps[level] as LoopStep;
      const sum = countedPasses(step.passes).reduce(
        (all, { pass }, at) =>
          all + (ofCorrelation.test(pass.kernel) ? (passes[level]?.[at] ?? Number.NaN) : 0),
        0,
      );
      times[index]?.push(sum / iterations);
    }
  }
  const least = times.map((all) => spreadOf(all).min);
  return {
    title: `Local correlation by its radius, ${pair.name}, an iteration`,
    columns: ['radius', 'median', 'min', 'max', 'n', 'least, to that of 2'],
    rows: radii.map((radius, index) => [
      String(radius),
      ...spreadCells(spreadOf(times[index] ?? []), msText),
      `${((least[index] ?? Number.NaN) / (least[0] ?? Number.NaN)).toFixed(2)}x`,
    ]),
    data: radii.map((radius, index) => ({ radius, seconds: times[index] })),
  };
}

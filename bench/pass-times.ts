import { Worker } from 'node:worker_threads';
import { newControlBlock } from '../src/runtime/cpu/control';
import { allocateMemory } from '../src/runtime/cpu/memory';
import type { Device, RunOptions } from '../src/runtime/devices';
import type { Step } from '../src/runtime/ir/kernel-graph';
import type { Plan } from '../src/runtime/ir/plan';
import { type OpenedRecipe, writeInputs } from './compiled-recipe';
import type { TimedWalk } from './timed-walk';

/** Seconds by step and pass, summed over iterations. */
export type PassTimes = readonly (readonly number[])[];

/**
 * The same plan with few iterations: `iterations` of the step that is looked at, two of every other
 * loop, and no loop stops before that.
 */
export function shortened(plan: Plan, watchedStep: number, iterations: number): Plan {
  const shorten = (step: Step, index: number): Step => {
    if (step.kind === 'program') return step;
    const wanted = index === watchedStep ? iterations : 2;
    const maxIterations = Math.min(step.stop.maxIterations, wanted);
    return { ...step, stop: { maxIterations, when: [] } };
  };
  return { ...plan, steps: plan.steps.map(shorten) };
}

/** Runs a plan on threads of its own that time every pass. */
export async function timePassesOnCpu(
  plan: Plan,
  recipe: OpenedRecipe,
  threads: number,
): Promise<PassTimes> {
  const memory = allocateMemory(plan, { shared: true, threads });
  for (const { value, numbers } of plan.constants) {
    for (const buffer of plan.buffersOfValue.get(value) ?? []) memory.arrayOf(buffer).set(numbers);
  }
  writeInputs(plan, recipe, (buffer, data) => memory.arrayOf(buffer).set(data));
  const control = newControlBlock(plan, true);
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./timing-worker.js', import.meta.url)),
  );
  try {
    const times = await Promise.all(
      workers.map((worker, part) => {
        const message: TimedWalk = {
          plan,
          storage: memory.storage,
          control,
          part,
          parts: threads,
        };
        return new Promise<PassTimes>((resolve, reject) => {
          worker.on('message', resolve).on('error', reject);
          worker.postMessage(message);
        });
      }),
    );
    return times[0] ?? [];
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Runs a plan on a device; gives the seconds of each step, and of each pass where it can tell. */
export async function timeOnDevice(
  device: Device,
  plan: Plan,
  recipe: OpenedRecipe | undefined,
  profile: boolean,
): Promise<{ readonly steps: readonly number[]; readonly passes: PassTimes }> {
  const execution = await device.prepare(plan);
  try {
    if (recipe) writeInputs(plan, recipe, (buffer, data) => execution.write(buffer, data));
    const steps: number[] = [];
    const options: RunOptions = {
      observer: {
        stepFinished(step, seconds) {
          steps[step] = seconds;
        },
      },
      signal: new AbortController().signal,
      previewEveryMs: 0,
      profile,
    };
    await execution.run(options);
    return { steps, passes: profile ? (execution.passSeconds?.() ?? []) : [] };
  } finally {
    execution.destroy();
  }
}

import { bindPlan } from '../src/runtime/cpu/bound-plan';
import { type ControlBlock, sharedWalker } from '../src/runtime/cpu/control';
import { type CpuStorage, memoryOver } from '../src/runtime/cpu/memory';
import type { Walker } from '../src/runtime/cpu/walk';
import { walk } from '../src/runtime/cpu/walk';
import type { Plan } from '../src/runtime/ir/plan';

/** What a timing thread is told: as a pool thread, and it says how long each pass took. */
export interface TimedWalk {
  readonly plan: Plan;
  readonly storage: CpuStorage;
  readonly control: ControlBlock;
  readonly part: number;
  readonly parts: number;
}

/**
 * Walks a plan with the other threads and times every pass, with the wait for the others before it.
 * @returns seconds by step and pass, summed over iterations; only the first thread's are complete
 */
export function walkTimed({ plan, storage, control, part, parts }: TimedWalk): number[][] {
  const memory = memoryOver(plan, storage);
  const seconds = plan.steps.map(({ passes }) => passes.map(() => 0));
  let step = 0;
  let pass = 0;
  let lastMs = performance.now();
  const walker: Walker = {
    ...sharedWalker(control, { part, parts }, (index, value) => {
      const dial = plan.dials[index];
      const buffer = dial && plan.buffersOfValue.get(dial.value)?.[0];
      if (buffer !== undefined) memory.arrayOf(buffer)[0] = value;
    }),
    stepStarted(index) {
      step = index;
      pass = 0;
      lastMs = performance.now();
    },
  };
  for (const _ of walk(bindPlan(plan, memory), walker)) {
    const nowMs = performance.now();
    const ofStep = seconds[step] ?? [];
    ofStep[pass] = (ofStep[pass] ?? 0) + (nowMs - lastMs) / 1000;
    pass = (pass + 1) % Math.max(1, ofStep.length);
    lastMs = nowMs;
  }
  return seconds;
}

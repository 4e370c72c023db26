import type { Share } from '../ops/define-kernel';
import { hasConverged } from '../stop-rule';
import type { BoundStep } from './bound-plan';

/** What a loop does after an iteration. */
export const verdicts = { goOn: 0, converged: 1, cap: 2, cancelled: 3 } as const;
export type Verdict = (typeof verdicts)[keyof typeof verdicts];

/** How the threads that walk a plan keep in step, and how their progress is seen. */
export interface Walker {
  readonly share: Share;
  /** Returns once all threads have come here. */
  wait(): void;
  isCancelled(): boolean;
  /** Makes dials turned meanwhile take effect; called by the first thread between iterations. */
  takeDials(): void;
  stepStarted(step: number): void;
  stepFinished(step: number, verdict: Verdict): void;
  iterationsFinished(step: number, count: number): void;
  /**
   * The first thread decides, all learn: `decision` is evaluated by the first thread only, and no
   * dial is turned while it is.
   */
  agree(decision: () => Verdict): Verdict;
}

/**
 * Runs all steps of a plan. Every thread walks the same list and does its share of each pass; one
 * thread alone does everything. Yields after each pass, so that a single thread can pause. Somebody's
 * wish to stop is heard before each step and after each iteration, as on the gpu device.
 * @returns what each loop ended with, by step
 */
export function* walk(
  steps: readonly BoundStep[],
  walker: Walker,
): Generator<void, ReadonlyMap<number, Verdict>, void> {
  const ended = new Map<number, Verdict>();
  const { share } = walker;
  for (let index = 0; index < steps.length; index += 1) {
    const step = steps[index] as BoundStep;
    // What was decided before must be read by all before this is.
    walker.wait();
    const start = walker.agree(() => {
      if (walker.isCancelled()) return verdicts.cancelled;
      walker.stepStarted(index);
      walker.takeDials();
      return verdicts.goOn;
    });
    if (start === verdicts.cancelled) return ended;
    if (!step.loop) {
      for (const pass of step.passes) {
        if (pass.waitsForOthers) walker.wait();
        pass.run(share);
        yield;
      }
      walker.wait();
      if (share.part === 0) walker.stepFinished(index, verdicts.goOn);
      continue;
    }
    const { step: loop, trace } = step.loop;
    const columns = loop.lossNames.length;
    const lossAt = (iteration: number): number => trace[iteration * columns] as number;
    let verdict: Verdict = loop.stop.maxIterations > 0 ? verdicts.goOn : verdicts.cap;
    for (let finished = 0; verdict === verdicts.goOn; ) {
      for (const pass of step.passes) {
        if (pass.waitsForOthers) walker.wait();
        pass.run(share);
        yield;
      }
      finished += 1;
      walker.wait();
      verdict = walker.agree(() => {
        walker.takeDials();
        walker.iterationsFinished(index, finished);
        if (walker.isCancelled()) return verdicts.cancelled;
        if (finished >= loop.stop.maxIterations) return verdicts.cap;
        return hasConverged(loop.stop, finished, lossAt) ? verdicts.converged : verdicts.goOn;
      });
    }
    ended.set(index, verdict);
    if (share.part === 0) walker.stepFinished(index, verdict);
    if (verdict === verdicts.cancelled) return ended;
  }
  return ended;
}

/** Runs a plan to its end at once, on this thread alone: for tests and synchronous callers. */
export function walkAlone(steps: readonly BoundStep[]): void {
  const walker: Walker = {
    share: { part: 0, parts: 1 },
    wait: () => undefined,
    isCancelled: () => false,
    takeDials: () => undefined,
    stepStarted: () => undefined,
    stepFinished: () => undefined,
    iterationsFinished: () => undefined,
    agree: (decision) => decision(),
  };
  for (const _ of walk(steps, walker));
}

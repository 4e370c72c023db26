import type { Work } from '../ir/kernel-graph';
import { isRepeat } from '../ir/repeats';
import type { Share } from '../ops/define-kernel';
import { hasConverged } from '../stop-rule';
import type { BoundPass, BoundStep } from './bound-plan';

/** What a loop does after an iteration. */
export const verdicts = { goOn: 0, converged: 1, cap: 2, cancelled: 3 } as const;
export type Verdict = (typeof verdicts)[keyof typeof verdicts];

/** How the threads that walk a plan keep in step, and how their progress is seen. */
export interface Walker {
  readonly share: Share;
  /** Returns once all threads have come here. */
  wait(): void;
  isCancelled(): boolean;
  /** Returns once the inputs of a step are in place; called by the first thread, while the others wait. */
  awaitInputs(step: number): void;
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
 * Passes of a counted loop between two questions whether anybody wants to stop: a question makes all
 * threads wait for each other twice.
 */
const passesUnheard = 32;

/**
 * Runs all steps of a plan. Every thread walks the same list and does its share of each pass; one
 * thread alone does everything. Yields after each pass its place in the step, so that a single thread
 * can pause. Somebody's wish to stop is heard before each step, after each iteration and, within a
 * counted loop, every few dozen passes, as on the gpu device; an iteration that is left halfway leaves
 * nothing to go by.
 * @returns what each loop ended with, by step
 */
export function* walk(
  steps: readonly BoundStep[],
  walker: Walker,
): Generator<number, ReadonlyMap<number, Verdict>, void> {
  const ended = new Map<number, Verdict>();
  const { share } = walker;
  for (let index = 0; index < steps.length; index += 1) {
    const step = steps[index] as BoundStep;
    if (step.awaitsInputs) {
      // Their memory may have been something else's until now.
      walker.wait();
      if (share.part === 0) walker.awaitInputs(index);
    }
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
      if (yield* runPasses(step.passes, walker, { passes: 0 })) return ended;
      walker.wait();
      if (share.part === 0) walker.stepFinished(index, verdicts.goOn);
      continue;
    }
    const { step: loop, trace } = step.loop;
    const { columns } = loop;
    const traceAt = (iteration: number, column: number): number =>
      trace[iteration * columns + column] as number;
    let verdict: Verdict = loop.stop.maxIterations > 0 ? verdicts.goOn : verdicts.cap;
    for (let finished = 0; verdict === verdicts.goOn; ) {
      if (yield* runPasses(step.passes, walker, { passes: 0 })) {
        verdict = verdicts.cancelled;
        break;
      }
      finished += 1;
      walker.wait();
      verdict = walker.agree(() => {
        walker.takeDials();
        walker.iterationsFinished(index, finished);
        if (walker.isCancelled()) return verdicts.cancelled;
        if (finished >= loop.stop.maxIterations) return verdicts.cap;
        return hasConverged(loop.stop, finished, traceAt) ? verdicts.converged : verdicts.goOn;
      });
    }
    ended.set(index, verdict);
    if (share.part === 0) walker.stepFinished(index, verdict);
    if (verdict === verdicts.cancelled) return ended;
  }
  return ended;
}

/**
 * Runs passes in order, and those of counted loops as often as they say.
 * @param unheard passes since it was last asked whether anybody wants to stop
 * @returns whether somebody does: then they were not all run
 */
function* runPasses(
  works: readonly Work<BoundPass>[],
  walker: Walker,
  unheard: { passes: number },
): Generator<number, boolean, void> {
  for (const work of works) {
    if (!isRepeat(work)) {
      if (work.waitsForOthers) walker.wait();
      work.run(walker.share);
      unheard.passes += 1;
      yield work.place;
      continue;
    }
    for (let time = 0; time < work.count; time += 1) {
      // Counted alike by all threads, so that all ask or none.
      if (unheard.passes >= passesUnheard) {
        unheard.passes = 0;
        walker.wait();
        const wish = walker.agree(() =>
          walker.isCancelled() ? verdicts.cancelled : verdicts.goOn,
        );
        if (wish === verdicts.cancelled) return true;
      }
      if (yield* runPasses(work.passes, walker, unheard)) return true;
    }
  }
  return false;
}

/** A walker without companions whom nobody watches, but for what `changes` says. */
export function loneWalker(changes: Partial<Walker> = {}): Walker {
  return {
    share: { part: 0, parts: 1 },
    wait: () => undefined,
    isCancelled: () => false,
    awaitInputs: () => undefined,
    takeDials: () => undefined,
    stepStarted: () => undefined,
    stepFinished: () => undefined,
    iterationsFinished: () => undefined,
    agree: (decision) => decision(),
    ...changes,
  };
}

/** Runs a plan to its end at once, on this thread alone: for tests and synchronous callers. */
export function walkAlone(steps: readonly BoundStep[]): void {
  for (const _ of walk(steps, loneWalker()));
}

/**
 * Long work cut into steps: it yields where it may pause, about every few milliseconds, and returns its
 * result. Whoever drives it decides whether to pause there (`runSteps`, `runHeeding`).
 */
export type Steps<Result> = Generator<void, Result, void>;

/** How long work goes on before it lets others have their turn. */
const turnMs = 50;

/** Does the work in one go. */
export function runSteps<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * Does the work and lets the event loop have its turn twenty times a second, so that signals, messages
 * and `signal` are heard while it goes on.
 * @throws the signal's reason, once it is aborted
 */
export async function runHeeding<Result>(
  steps: Steps<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  let turnEndsMs = performance.now() + turnMs;
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() < turnEndsMs) continue;
    await new Promise<void>((resume) => setTimeout(resume, 0));
    signal?.throwIfAborted();
    turnEndsMs = performance.now() + turnMs;
  }
}

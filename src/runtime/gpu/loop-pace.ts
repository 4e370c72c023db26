import { decisionEvery } from '../stop-rule';

/** A submit should not take longer than this, so that cancelling and turning dials feel immediate. */
const submitSeconds = 0.1;

/**
 * Iterations to put into the next submit. Timing changes only this, never where a loop stops: a
 * submit never passes a decision.
 * @param secondsPerIteration measured so far, undefined before the first iteration
 */
export function iterationsToSubmit(
  submitted: number,
  maxIterations: number,
  secondsPerIteration: number | undefined,
): number {
  const toDecision = decisionEvery - (submitted % decisionEvery);
  const inTime =
    secondsPerIteration === undefined
      ? 1
      : Math.max(1, Math.floor(submitSeconds / Math.max(secondsPerIteration, 1e-6)));
  return Math.min(toDecision, inTime, maxIterations - submitted);
}

/** Submits that may wait in the queue: two keep the device busy, one suffices where it is slow. */
export function submitsInFlight(secondsPerIteration: number | undefined): number {
  return secondsPerIteration !== undefined && secondsPerIteration > submitSeconds ? 1 : 2;
}

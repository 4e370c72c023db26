import type { StopRule } from './ir/op-graph';

/** Iterations between two decisions, and how far a decision looks behind the newest iteration. */
export const decisionEvery = 10;

/**
 * Whether a loop ends after `finished` iterations. Decisions fall only at multiples of
 * `decisionEvery` and look only at losses that are at least `decisionEvery` iterations old, so a
 * device may run that far ahead without a read-back and still stop at the same iteration.
 *
 * The loop has converged when a line fitted to the last `window` of those losses falls by less than
 * `minimumRelativeSlope` an iteration, as a fraction of their mean magnitude or of what the loop has
 * gained since its first iteration, whichever is more. The magnitude alone is no scale for a sum whose
 * terms cancel, such as a similarity near −1 and a regularizer near 1: there any slope is large.
 * @param lossAt the deciding loss of an iteration, from 0
 */
export function hasConverged(
  rule: StopRule,
  finished: number,
  lossAt: (iteration: number) => number,
): boolean {
  if (rule.minimumRelativeSlope <= 0 || finished % decisionEvery !== 0) return false;
  const end = finished - decisionEvery;
  const begin = end - rule.window;
  if (begin < 0) return false;
  let sum = 0;
  let magnitude = 0;
  for (let i = begin; i < end; i += 1) {
    sum += lossAt(i);
    magnitude += Math.abs(lossAt(i));
  }
  const mean = sum / rule.window;
  const middle = (rule.window - 1) / 2;
  let covariance = 0;
  let variance = 0;
  for (let i = 0; i < rule.window; i += 1) {
    covariance += (i - middle) * (lossAt(begin + i) - mean);
    variance += (i - middle) * (i - middle);
  }
  const slope = covariance / variance;
  const gained = Math.abs(lossAt(0) - mean);
  const scale = Math.max(magnitude / rule.window, gained) + 1e-12;
  return -slope < rule.minimumRelativeSlope * scale;
}

/** Newest iteration whose loss the decision after `finished` iterations needs; -1 where none. */
export function lossNeededAt(rule: StopRule, finished: number): number {
  if (rule.minimumRelativeSlope <= 0 || finished % decisionEvery !== 0) return -1;
  const end = finished - decisionEvery;
  return end - rule.window < 0 ? -1 : end - 1;
}

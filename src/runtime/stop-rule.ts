import type { FlagCondition, SlopeCondition, StopRule } from './ir/op-graph';

/** Iterations between two decisions, and how far a decision looks behind the newest iteration. */
export const decisionEvery = 10;

/** What a loop recorded: the number in a column of an iteration's row, both from 0. */
export type TraceAt = (iteration: number, column: number) => number;

/**
 * Whether a loop ends after `finished` iterations. Decisions fall only at multiples of
 * `decisionEvery` and look only at rows that are at least `decisionEvery` iterations old, so a
 * device may run that far ahead without a read-back and still stop at the same iteration. What a loop
 * does after it has raised a flag must therefore change nothing.
 */
export function hasConverged(rule: StopRule, finished: number, at: TraceAt): boolean {
  const end = rowsSeen(finished);
  return rule.when.some((condition) =>
    condition.kind === 'flag'
      ? isRaised(condition, end, at)
      : condition.minimumRelativeSlope > 0 && isLevel(condition, end, at),
  );
}

/** Newest iteration whose row the decision after `finished` iterations needs; -1 where none. */
export function rowNeededAt(rule: StopRule, finished: number): number {
  const end = rowsSeen(finished);
  const isLookedAt = rule.when.some((condition) =>
    condition.kind === 'flag'
      ? end > 0
      : condition.minimumRelativeSlope > 0 && end > 0 && end >= condition.window,
  );
  return isLookedAt ? end - 1 : -1;
}

/** Rows that a decision after `finished` iterations may look at; 0 where none is taken. */
function rowsSeen(finished: number): number {
  return finished % decisionEvery === 0 ? Math.max(0, finished - decisionEvery) : 0;
}

/** Each decision looks at the rows that the one before did not see. */
function isRaised({ column }: FlagCondition, end: number, at: TraceAt): boolean {
  for (let i = Math.max(0, end - decisionEvery); i < end; i += 1) {
    if (at(i, column) !== 0) return true;
  }
  return false;
}

/**
 * Whether a line fitted to the last `window` losses that count falls by less than
 * `minimumRelativeSlope` an iteration, as a fraction of their mean magnitude or of what the loop has
 * gained since its first iteration, whichever is more. The magnitude alone is no scale for a sum whose
 * terms cancel, such as a similarity near −1 and a regularizer near 1: there any slope is large.
 */
function isLevel(condition: SlopeCondition, end: number, at: TraceAt): boolean {
  const { window, countedBy, minimumRelativeSlope } = condition;
  if (end < window) return false;
  const losses: number[] = [];
  for (let i = end - 1; i >= 0 && losses.length < window; i -= 1) {
    if (countedBy === undefined || at(i, countedBy) !== 0) losses.push(at(i, 0));
  }
  if (losses.length < window) return false;
  losses.reverse();
  let sum = 0;
  let magnitude = 0;
  for (const loss of losses) {
    sum += loss;
    magnitude += Math.abs(loss);
  }
  const mean = sum / window;
  const middle = (window - 1) / 2;
  let covariance = 0;
  let variance = 0;
  losses.forEach((loss, i) => {
    covariance += (i - middle) * (loss - mean);
    variance += (i - middle) * (i - middle);
  });
  const slope = covariance / variance;
  const gained = Math.abs(at(0, 0) - mean);
  const scale = Math.max(magnitude / window, gained) + 1e-12;
  return -slope < minimumRelativeSlope * scale;
}

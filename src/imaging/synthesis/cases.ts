import { deriveSeed, uniformStream } from '../phantoms/random';

/** How cases are shared out; the parts are divided by their sum. */
export interface CaseShares {
  readonly training: number;
  readonly validation: number;
  readonly test: number;
}

/** Numbers of cases, from 0, each in one part alone, in ascending order. */
export interface CaseSplit {
  readonly training: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/**
 * Shares out `count` cases at random, the same way for the same seed. Validation and test get their shares of all, rounded
 * to whole cases, and one at least where their share is not 0 and enough cases are left; training gets the others, one at least
 * where its share is not 0 and there is any case.
 *
 * Throws a RangeError where a share is negative or not a number, or all are 0.
 */
export function splitCases(count: number, seed: number, shares: CaseShares): CaseSplit {
  const parts = [shares.training, shares.validation, shares.test];
  const sum = parts.reduce((total, share) => total + share, 0);
  if (!(sum > 0 && Number.isFinite(sum)) || parts.some((share) => share < 0)) {
    throw new RangeError('Shares of cases must not be negative, and not all of them 0.');
  }
  const order = shuffled(count, seed);
  const wanted = (share: number): number =>
    share === 0 ? 0 : Math.max(1, Math.round((count * share) / sum));
  const isTraining = shares.training > 0;
  // Without training, rounding must leave no case over: the last part that has a share takes what is left.
  let left = isTraining ? Math.max(0, count - 1) : count;
  const isAllOfRest = !isTraining && shares.test === 0;
  const validation = isAllOfRest ? left : Math.min(left, wanted(shares.validation));
  left -= validation;
  const test = isTraining ? Math.min(left, wanted(shares.test)) : left;
  const ascending = (from: number, to: number): readonly number[] =>
    [...order.slice(from, to)].sort((a, b) => a - b);
  return {
    validation: ascending(0, validation),
    test: ascending(validation, validation + test),
    training: ascending(validation + test, count),
  };
}

/** Fixed and moving case of a pair: two numbers of cases, never the same. */
export interface CasePair {
  readonly fixed: number;
  readonly moving: number;
}

/**
 * The n-th pair (from 0) of two different cases out of `count`, in an order of the seed: all count · (count − 1) ordered
 * pairs come before any comes again, then all again in another order. In each run of `count` pairs every case is once the
 * fixed and once the moving one, so that few steps see many cases.
 *
 * Throws a RangeError for fewer than 2 cases, and for an n that is no whole number from 0.
 */
export function pairOf(count: number, n: number, seed: number): CasePair {
  if (!(Number.isInteger(count) && count >= 2)) {
    throw new RangeError('A pair needs two cases at least.');
  }
  if (!(Number.isInteger(n) && n >= 0)) {
    throw new RangeError('Pairs are counted by whole numbers from 0.');
  }
  const perRound = count * (count - 1);
  const round = Math.floor(n / perRound);
  const within = n % perRound;
  const roundSeed = deriveSeed(seed, round);
  // Cases stand on a circle; a run of `count` pairs joins each case with that a fixed number of places further on.
  const run = Math.floor(within / count);
  const circle = shuffled(count, deriveSeed(roundSeed, 1));
  const places = shuffled(count - 1, deriveSeed(roundSeed, 2));
  const starts = shuffled(count, deriveSeed(roundSeed, 3 + run));
  const at = numberAt(starts, within % count);
  const further = numberAt(places, run) + 1;
  return { fixed: numberAt(circle, at), moving: numberAt(circle, (at + further) % count) };
}

/**
 * The n-th case (from 0) out of `count`, in an order of the seed: all of them before any comes again, then all again in
 * another order. Throws a RangeError for no cases, and for an n that is no whole number from 0.
 */
export function caseOf(count: number, n: number, seed: number): number {
  if (!(Number.isInteger(count) && count >= 1)) throw new RangeError('There are no cases.');
  if (!(Number.isInteger(n) && n >= 0)) {
    throw new RangeError('Cases are counted by whole numbers from 0.');
  }
  return numberAt(shuffled(count, deriveSeed(seed, Math.floor(n / count))), n % count);
}

function numberAt(numbers: Uint32Array, index: number): number {
  return numbers[index] ?? 0;
}

/** The numbers from 0 to below `count` in an order of the seed (Fisher and Yates). */
function shuffled(count: number, seed: number): Uint32Array {
  const next = uniformStream(seed);
  const numbers = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(next() * (last + 1));
    const kept = numberAt(numbers, last);
    numbers[last] = numberAt(numbers, other);
    numbers[other] = kept;
  }
  return numbers;
}

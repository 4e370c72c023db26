import type { FloatArray } from '../define-kernel';

export interface MatchNumbers {
  readonly count: number;
  readonly referenceCount: number;
  readonly bins: number;
  readonly points: number;
  /** Not 0 where only what is brighter than the mean makes the quantiles. */
  readonly aboveMean: number;
}

/** The least value, the threshold, the quantiles between, and the largest value. */
interface Landmarks {
  readonly least: number;
  readonly table: Float64Array;
}

/**
 * value = image with the quantiles of the reference: piecewise linear between `points` quantiles of a histogram of
 * `bins` bins above the mean, as ITK's histogram matching (Nyúl, Udupa, Zhang 2000). An image that is the same
 * everywhere stays as it is.
 */
export function matchHistogram(
  image: FloatArray,
  reference: FloatArray,
  value: FloatArray,
  p: MatchNumbers,
): void {
  const from = landmarksOf(image, p.count, p);
  const to = landmarksOf(reference, p.referenceCount, p);
  const last = from.table.length - 1;
  if (from.table[last] === from.least) {
    value.set(image.subarray(0, p.count));
    return;
  }
  const slope = (rise: number, run: number): number => (run > 0 ? rise / run : 0);
  const slopes = Float64Array.from({ length: last }, (_, j) =>
    slope(to.table[j + 1]! - to.table[j]!, from.table[j + 1]! - from.table[j]!),
  );
  const slopeBelow = slope(to.table[0]! - to.least, from.table[0]! - from.least);
  for (let i = 0; i < p.count; i += 1) {
    const v = image[i]!;
    if (v < from.table[0]!) {
      value[i] = to.least + (v - from.least) * slopeBelow;
      continue;
    }
    let j = 0;
    while (j < last - 1 && v >= from.table[j + 1]!) j += 1;
    value[i] =
      v >= from.table[last]! ? to.table[last]! : to.table[j]! + (v - from.table[j]!) * slopes[j]!;
  }
}

function landmarksOf(values: FloatArray, count: number, p: MatchNumbers): Landmarks {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let i = 0; i < count; i += 1) {
    const v = values[i]!;
    least = Math.min(least, v);
    most = Math.max(most, v);
    sum += v;
  }
  // Rounding must not put the mean of equal values beyond them.
  const threshold = p.aboveMean === 0 ? least : Math.min(Math.max(sum / count, least), most);
  const counts = new Float64Array(p.bins);
  const perUnit = most > threshold ? p.bins / (most - threshold) : 0;
  let counted = 0;
  for (let i = 0; i < count; i += 1) {
    const v = values[i]!;
    if (v < threshold) continue;
    counts[Math.min(p.bins - 1, Math.floor((v - threshold) * perUnit))]! += 1;
    counted += 1;
  }
  const table = new Float64Array(p.points + 2);
  table[0] = threshold;
  table[p.points + 1] = most;
  let bin = 0;
  let below = 0;
  for (let j = 1; j <= p.points; j += 1) {
    const wanted = (j * counted) / (p.points + 1);
    while (bin < p.bins - 1 && below + counts[bin]! < wanted) {
      below += counts[bin]!;
      bin += 1;
    }
    const within = counts[bin]! > 0 ? (wanted - below) / counts[bin]! : 0;
    table[j] = perUnit > 0 ? threshold + (bin + within) / perUnit : threshold;
  }
  return { least, table };
}

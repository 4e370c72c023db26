import type { FloatArray } from '../define-kernel';

/**
 * The threshold that divides a histogram of a range into two classes whose means lie farthest apart, weighed by how
 * many voxels each has (Otsu 1979); values beyond the range count at its ends. In the middle of equal ones, as where
 * bins between two peaks are empty. The lower end where the range is no range.
 */
export function otsuThreshold(
  image: FloatArray,
  range: FloatArray,
  { count, bins }: { readonly count: number; readonly bins: number },
): number {
  const [low, high] = [range[0]!, range[1]!];
  if (!(high > low)) return low;
  const counts = new Float64Array(bins);
  const perUnit = bins / (high - low);
  for (let i = 0; i < count; i += 1) {
    const bin = Math.floor((image[i]! - low) * perUnit);
    counts[Math.min(Math.max(bin, 0), bins - 1)]! += 1;
  }
  let moment = 0;
  for (let bin = 0; bin < bins; bin += 1) moment += bin * counts[bin]!;
  let below = 0;
  let momentBelow = 0;
  let best = -1;
  let [first, last] = [0, 0];
  for (let bin = 0; bin < bins - 1; bin += 1) {
    below += counts[bin]!;
    momentBelow += bin * counts[bin]!;
    const above = count - below;
    if (below === 0 || above === 0) continue;
    const apart = momentBelow / below - (moment - momentBelow) / above;
    const score = below * above * apart * apart;
    if (score > best * (1 + 1e-12)) {
      best = score;
      first = bin;
    }
    if (score >= best * (1 - 1e-12)) last = bin;
  }
  return low + ((first + last) / 2 + 1) / perUnit;
}

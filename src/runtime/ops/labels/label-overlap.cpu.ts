import type { FloatArray } from '../define-kernel';

/**
 * counts[place] = voxels of labels[place] in both maps together, counts[count of labels + place] =
 * voxels where both have it. Labels that the table lacks are passed over.
 * @param labels the table, ascending
 */
export function countLabels(
  fixed: FloatArray,
  warped: FloatArray,
  labels: FloatArray,
  counts: Uint32Array,
  voxels: number,
): void {
  const places = labels.length;
  counts.fill(0);
  // Neighbours mostly have one label: it is looked up once.
  let fixedLabel = Number.NaN;
  let warpedLabel = Number.NaN;
  let fixedPlace = -1;
  let warpedPlace = -1;
  for (let i = 0; i < voxels; i += 1) {
    const f = fixed[i]!;
    const w = warped[i]!;
    if (f !== fixedLabel) {
      fixedLabel = f;
      fixedPlace = placeOf(labels, f);
    }
    if (w !== warpedLabel) {
      warpedLabel = w;
      warpedPlace = placeOf(labels, w);
    }
    if (fixedPlace >= 0) {
      counts[fixedPlace]! += 1;
      if (f === w) counts[places + fixedPlace]! += 1;
    }
    if (warpedPlace >= 0) counts[warpedPlace]! += 1;
  }
}

/** Index of a label in an ascending table, by halving; −1 where it is not there. */
function placeOf(labels: FloatArray, label: number): number {
  let low = 0;
  let high = labels.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (labels[middle]! < label) low = middle + 1;
    else high = middle;
  }
  return labels[low] === label ? low : -1;
}

/**
 * dice[1 + place] = overlap of each label from the counts, −1 where it occurs in neither map;
 * dice[0] = mean of those that are not −1, or −1 where all are.
 */
export function diceOfCounts(counts: Uint32Array, dice: FloatArray, places: number): void {
  let sum = 0;
  let present = 0;
  for (let place = 0; place < places; place += 1) {
    const size = counts[place]!;
    const overlap = size === 0 ? -1 : (2 * counts[places + place]!) / size;
    dice[1 + place] = overlap;
    if (size === 0) continue;
    sum += overlap;
    present += 1;
  }
  dice[0] = present === 0 ? -1 : sum / present;
}

import type { FloatArray } from '../define-kernel';

/**
 * counts[label] = voxels of the label in both maps together, counts[places + label] = voxels where
 * both have it. Labels from `places` on are passed over.
 */
export function countLabels(
  fixed: FloatArray,
  warped: FloatArray,
  counts: Uint32Array,
  count: number,
  places: number,
): void {
  counts.fill(0);
  for (let i = 0; i < count; i += 1) {
    const f = fixed[i]!;
    const w = warped[i]!;
    if (f >= 0 && f < places) {
      counts[f]! += 1;
      if (f === w) counts[places + f]! += 1;
    }
    if (w >= 0 && w < places) counts[w]! += 1;
  }
}

/** Dice of a label from the counts; −1 where it occurs in neither map. */
export function diceOf(counts: Uint32Array, label: number, places: number): number {
  const size = counts[label]!;
  return size === 0 ? -1 : (2 * counts[places + label]!) / size;
}

/** Mean of dice[1] to dice[labels] without those that are −1; −1 where all are. */
export function meanOfDice(dice: FloatArray, labels: number): number {
  let sum = 0;
  let present = 0;
  for (let place = 1; place <= labels; place += 1) {
    if (dice[place]! < 0) continue;
    sum += dice[place]!;
    present += 1;
  }
  return present === 0 ? -1 : sum / present;
}

import type { FloatArray } from '../define-kernel';

/** Two maps of indices, and which label of the table each index stands for. */
export interface LabelMaps {
  readonly fixed: Uint32Array;
  readonly warped: Uint32Array;
  /** The label's place by index, −1 where the table has it not. */
  readonly fixedPlaces: FloatArray;
  readonly warpedPlaces: FloatArray;
  readonly counts: Uint32Array;
}

/**
 * counts[place] = voxels of the label in both maps together, counts[number of places + place] = voxels
 * where both have it. Labels that the table lacks are passed over.
 */
export function countLabels(
  { fixed, warped, fixedPlaces, warpedPlaces, counts }: LabelMaps,
  { voxels, places }: { readonly voxels: number; readonly places: number },
): void {
  counts.fill(0);
  for (let i = 0; i < voxels; i += 1) {
    const fixedPlace = fixedPlaces[fixed[i]!] ?? -1;
    const warpedPlace = warpedPlaces[warped[i]!] ?? -1;
    if (fixedPlace >= 0) {
      counts[fixedPlace]! += 1;
      if (fixedPlace === warpedPlace) counts[places + fixedPlace]! += 1;
    }
    if (warpedPlace >= 0) counts[warpedPlace]! += 1;
  }
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

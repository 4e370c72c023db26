import type { FloatArray } from '../define-kernel';
import { principalAxes } from './principal-axes';

/** The translation that brings the fixed centre to the moving centre. */
export function centresAffine(fixed: FloatArray, moving: FloatArray, value: FloatArray): void {
  writeAffine(Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), fixed, moving, value);
}

/** Signs of the first two axes; the third follows, so that the turn is proper. */
const signs = [
  [1, 1],
  [1, -1],
  [-1, 1],
  [-1, -1],
] as const;

/**
 * Starts worth comparing: no turn, and the proper turns that lay the moving principal axes on the
 * fixed ones. None mirrors: the third axis is always the product of the first two. A one-slice image
 * turns about its normal only.
 */
export function momentCandidates(
  fixed: FloatArray,
  moving: FloatArray,
  candidates: readonly FloatArray[],
  planar: boolean,
): void {
  const fixedAxes = properAxes(fixed, planar);
  const movingAxes = properAxes(moving, planar);
  candidates.forEach((candidate, index) => {
    if (index === 0) {
      centresAffine(fixed, moving, candidate);
      return;
    }
    const [first, second] = signs[index - 1] ?? [1, 1];
    // In a plane, turning one axis over would mirror the picture: both or none.
    if (planar && first !== second) {
      centresAffine(fixed, moving, candidate);
      return;
    }
    const flips = [first, second, first * second];
    const turn = new Float64Array(9);
    for (let row = 0; row < 3; row += 1) {
      for (let column = 0; column < 3; column += 1) {
        let sum = 0;
        for (let axis = 0; axis < 3; axis += 1) {
          sum +=
            (movingAxes[row * 3 + axis] as number) *
            (flips[axis] as number) *
            (fixedAxes[column * 3 + axis] as number);
        }
        turn[row * 3 + column] = sum;
      }
    }
    writeAffine(turn, fixed, moving, candidate);
  });
}

/** Principal axes as columns of a rotation; of a one-slice image the third is the same for both. */
function properAxes(moments: FloatArray, planar: boolean): Float64Array {
  const { axes } = principalAxes(Array.from(moments.subarray(4, 10)));
  const at = (row: number, column: number): number => axes[row * 3 + column] as number;
  const cross = [
    at(1, 0) * at(2, 1) - at(2, 0) * at(1, 1),
    at(2, 0) * at(0, 1) - at(0, 0) * at(2, 1),
    at(0, 0) * at(1, 1) - at(1, 0) * at(0, 1),
  ];
  let sign = 1;
  if (planar) {
    // The normal has no side of its own: take the one whose largest component is positive.
    const largest = cross.reduce((most, c) => (Math.abs(c) > Math.abs(most) ? c : most), 0);
    sign = largest < 0 ? -1 : 1;
  }
  for (let row = 0; row < 3; row += 1) {
    axes[row * 3 + 1] = at(row, 1) * sign;
    axes[row * 3 + 2] = (cross[row] as number) * sign;
  }
  return axes;
}

/** x ↦ centreMoving + linear·(x − centreFixed). */
function writeAffine(
  linear: Float64Array,
  fixed: FloatArray,
  moving: FloatArray,
  value: FloatArray,
): void {
  for (let row = 0; row < 3; row += 1) {
    let shift = moving[1 + row] as number;
    for (let column = 0; column < 3; column += 1) {
      const l = linear[row * 3 + column] as number;
      value[row * 4 + column] = l;
      shift -= l * (fixed[1 + column] as number);
    }
    value[row * 4 + 3] = shift;
  }
}

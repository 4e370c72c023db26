import type { FloatArray } from '../define-kernel';

/** The parts of the sampling parameters that say where a target voxel lands in the source. */
export interface PointMapParameters {
  readonly worldFromTarget: readonly number[];
  readonly sourceFromWorld: readonly number[];
  readonly transformed: number;
}

/**
 * Combines grid matrices and the affine of the moment into
 * `sourceVoxel = M · targetVoxel + D · displacementMm`.
 * @returns 21 numbers: M row-major 3×4, then D row-major 3×3
 */
export function pointMap(p: PointMapParameters, affine: FloatArray | undefined): Float64Array {
  const sourceFromFixedWorld =
    affine && p.transformed ? product(p.sourceFromWorld, affine) : p.sourceFromWorld;
  const m = product(sourceFromFixedWorld, p.worldFromTarget);
  const map = new Float64Array(21);
  map.set(m);
  for (let row = 0; row < 3; row += 1) {
    for (let column = 0; column < 3; column += 1) {
      map[12 + row * 3 + column] = sourceFromFixedWorld[row * 4 + column] as number;
    }
  }
  return map;
}

/** Product of two row-major 3×4 matrices with implied last rows. */
function product(left: ArrayLike<number>, right: ArrayLike<number>): Float64Array {
  const result = new Float64Array(12);
  for (let row = 0; row < 3; row += 1) {
    for (let column = 0; column < 4; column += 1) {
      let sum = column === 3 ? (left[row * 4 + 3] as number) : 0;
      for (let inner = 0; inner < 3; inner += 1) {
        sum += (left[row * 4 + inner] as number) * (right[inner * 4 + column] as number);
      }
      result[row * 4 + column] = sum;
    }
  }
  return result;
}

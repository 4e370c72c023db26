import { type Matrix3x4, multiplyMatrices } from '../../../imaging/frames';
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
    affine && p.transformed
      ? multiplyMatrices(asMatrix(p.sourceFromWorld), asMatrix([...affine]))
      : p.sourceFromWorld;
  const m = multiplyMatrices(asMatrix(sourceFromFixedWorld), asMatrix(p.worldFromTarget));
  const map = new Float64Array(21);
  map.set(m);
  for (let row = 0; row < 3; row += 1) {
    for (let column = 0; column < 3; column += 1) {
      map[12 + row * 3 + column] = sourceFromFixedWorld[row * 4 + column] as number;
    }
  }
  return map;
}

/** Kernel parameters are lists of any length; these have twelve numbers. */
function asMatrix(numbers: readonly number[]): Matrix3x4 {
  return numbers as unknown as Matrix3x4;
}

import { type Matrix3x4, multiplyMatrices } from '../../../imaging/frames';
import type { FloatArray } from '../define-kernel';

/** affine = left·right: row-major 3×4, last rows implied. */
export function multiplyAffines(left: FloatArray, right: FloatArray, affine: FloatArray): void {
  affine.set(multiplyMatrices(matrixOf(left), matrixOf(right)));
}

function matrixOf(numbers: FloatArray): Matrix3x4 {
  return [...numbers] as unknown as Matrix3x4;
}

/** Cotangents of both factors: C·rightᵀ (its last row is 0 0 0 1) and the linear part of leftᵀ·C. */
export function multiplyAffinesAdjoint(
  left: FloatArray,
  right: FloatArray,
  cotangent: FloatArray,
  leftCotangent: FloatArray,
  rightCotangent: FloatArray,
): void {
  for (let row = 0; row < 3; row += 1) {
    for (let column = 0; column < 4; column += 1) {
      let forLeft = column === 3 ? cotangent[row * 4 + 3]! : 0;
      let forRight = 0;
      for (let k = 0; k < 3; k += 1) forRight += left[k * 4 + row]! * cotangent[k * 4 + column]!;
      if (column < 3) {
        for (let k = 0; k < 4; k += 1) {
          forLeft += cotangent[row * 4 + k]! * right[column * 4 + k]!;
        }
      }
      leftCotangent[row * 4 + column] = forLeft;
      rightCotangent[row * 4 + column] = forRight;
    }
  }
}

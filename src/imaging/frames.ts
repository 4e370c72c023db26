/**
 * Vectors, matrices and the frames they live in.
 *
 * World space is RAS+ in millimetres, as in NIfTI. Voxel space has its origin at the centre of the
 * first voxel, x running fastest. Affine matrices are row-major 3×4 (the last row 0 0 0 1 is implied)
 * and are named right to left: `movingWorldFromFixedWorld` takes a point of the fixed world to the
 * moving world, so in a product the inner names meet: `aFromB · bFromC = aFromC`.
 */

declare const frameTag: unique symbol;

/** Marks a value with the name of the frame it belongs to; costs nothing at run time. */
export type Brand<Value, Name extends string> = Value & { readonly [frameTag]: Name };

export type Vec3 = readonly [number, number, number];

/** A point in millimetres of the RAS+ world. */
export type WorldPointMm = Brand<Vec3, 'WorldMm'>;

/** Twelve numbers, row-major 3×4. */
// biome-ignore format: rows of a matrix
export type Matrix3x4 = readonly [
  number, number, number, number,
  number, number, number, number,
  number, number, number, number,
];

/** An affine map that takes points of frame `From` to points of frame `To`. */
export type Affine<To extends string, From extends string> = Brand<Matrix3x4, `${To}<-${From}`>;

export type WorldFromVoxel = Affine<'WorldMm', 'Voxel'>;
export type VoxelFromWorld = Affine<'Voxel', 'WorldMm'>;
/** Takes fixed world points (mm) to moving world points (mm): the pull-back of a registration. */
export type MovingWorldFromFixedWorld = Affine<'MovingWorldMm', 'FixedWorldMm'>;

export const identityMatrix: Matrix3x4 = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

/** `aFromB · bFromC`: first the right map, then the left one. */
export function compose<A extends string, B extends string, C extends string>(
  aFromB: Affine<A, B>,
  bFromC: Affine<B, C>,
): Affine<A, C> {
  return multiplyMatrices(aFromB, bFromC) as Affine<A, C>;
}

/** The product of two 3×4 matrices whose last rows are implied. */
export function multiplyMatrices(left: Matrix3x4, right: Matrix3x4): Matrix3x4 {
  const product = new Array<number>(12);
  for (let row = 0; row < 3; row += 1) {
    for (let column = 0; column < 4; column += 1) {
      let sum = column === 3 ? at(left, row, 3) : 0;
      for (let inner = 0; inner < 3; inner += 1) {
        sum += at(left, row, inner) * at(right, inner, column);
      }
      product[row * 4 + column] = sum;
    }
  }
  return product as unknown as Matrix3x4;
}

/**
 * The inverse map.
 * @throws RangeError when the matrix is singular.
 */
export function invert<A extends string, B extends string>(aFromB: Affine<A, B>): Affine<B, A> {
  return invertMatrix(aFromB) as Affine<B, A>;
}

/** @throws RangeError when the matrix is singular. */
export function invertMatrix(matrix: Matrix3x4): Matrix3x4 {
  const [a, b, c, tx, d, e, f, ty, g, h, i, tz] = matrix;
  const det = determinant(matrix);
  if (!Number.isFinite(det) || Math.abs(det) < 1e-30) {
    throw new RangeError(`A matrix of determinant ${det} has no inverse.`);
  }
  const A = (e * i - f * h) / det;
  const B = (c * h - b * i) / det;
  const C = (b * f - c * e) / det;
  const D = (f * g - d * i) / det;
  const E = (a * i - c * g) / det;
  const F = (c * d - a * f) / det;
  const G = (d * h - e * g) / det;
  const H = (b * g - a * h) / det;
  const I = (a * e - b * d) / det;
  // biome-ignore format: rows of a matrix
  return [
    A, B, C, -(A * tx + B * ty + C * tz),
    D, E, F, -(D * tx + E * ty + F * tz),
    G, H, I, -(G * tx + H * ty + I * tz),
  ];
}

/** Determinant of the linear part. */
export function determinant(matrix: Matrix3x4): number {
  const [a, b, c, , d, e, f, , g, h, i] = matrix;
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}

/** Applies an affine map to a point. */
export function applyMatrix(matrix: Matrix3x4, point: Vec3): Vec3 {
  const [x, y, z] = point;
  const [a, b, c, tx, d, e, f, ty, g, h, i, tz] = matrix;
  return [a * x + b * y + c * z + tx, d * x + e * y + f * z + ty, g * x + h * y + i * z + tz];
}

function at(matrix: Matrix3x4, row: number, column: number): number {
  return matrix[row * 4 + column] as number;
}

import type { FloatArray } from '../define-kernel';
import { symmetricEigen } from './symmetric-eigen.cpu';

/** How free the map is, as a kernel is told. */
export const fitCode = { translation: 0, rigid: 1, similarity: 2, affine: 3 } as const;

/** What is told of a fit: residuals in mm, and how far the fixed landmarks spread off a line and off a plane. */
export const fitMeasures = ['rms', 'mean', 'maximum', 'offLine', 'offPlane'] as const;

type Points = readonly [FloatArray, FloatArray, FloatArray];
type Matrix = readonly number[];

/** Directions along which landmarks spread less than this share of the longest hold nothing to be fitted. */
const leastSpread = 1e-6;

/**
 * affine, 12 numbers: the map of its kind that takes fixed points to moving ones with the least sum of squares. Turns
 * by the quaternion of Horn 1987, which is never a mirror image; one scale by Umeyama 1991; an affine by normal
 * equations, where along a direction in which the fixed points do not spread it does what the rigid map does.
 */
export function fitLandmarks(
  fixed: Points,
  moving: Points,
  affine: FloatArray,
  report: FloatArray,
  { count, freedom }: { readonly count: number; readonly freedom: number },
): void {
  const [fixedCentre, movingCentre] = [fixed, moving].map((points) =>
    points.map((plane) => sumOf(count, (i) => plane[i]!) / count),
  ) as [number[], number[]];
  const cross = covariance(fixed, fixedCentre, moving, movingCentre, count);
  const own = covariance(fixed, fixedCentre, fixed, fixedCentre, count);
  const { values, vectors } = symmetricEigen(own, 3);
  const linear = linearPart(cross, own, values, vectors, freedom);
  for (let row = 0; row < 3; row += 1) {
    affine.set(linear.slice(3 * row, 3 * row + 3), 4 * row);
    affine[4 * row + 3] =
      movingCentre[row]! - sumOf(3, (column) => linear[3 * row + column]! * fixedCentre[column]!);
  }
  const residuals = Array.from({ length: count }, (_, i) =>
    Math.hypot(
      ...[0, 1, 2].map(
        (row) =>
          sumOf(3, (column) => affine[4 * row + column]! * fixed[column]![i]!) +
          affine[4 * row + 3]! -
          moving[row]![i]!,
      ),
    ),
  );
  report[0] = Math.sqrt(sumOf(count, (i) => residuals[i]! ** 2) / count);
  report[1] = sumOf(count, (i) => residuals[i]!) / count;
  report[2] = Math.max(...residuals);
  const longest = Math.sqrt(Math.max(values[0]!, 0));
  const share = (value: number): number =>
    longest > 0 ? Math.sqrt(Math.max(value, 0)) / longest : 0;
  report[3] = share(values[1]!);
  report[4] = share(values[2]!);
}

function linearPart(
  cross: Matrix,
  own: Matrix,
  values: readonly number[],
  vectors: readonly (readonly number[])[],
  freedom: number,
): Matrix {
  if (freedom === fitCode.translation) return [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const turn = turnOf(cross);
  if (freedom === fitCode.rigid) return turn;
  const spread = values[0]! + values[1]! + values[2]!;
  if (freedom === fitCode.similarity) {
    // tr(Rᵀ·Σ moving ⊗ fixed) / Σ |fixed|²; two clouds that shrink to a point keep their size.
    const scale = spread > 0 ? sumOf(9, (i) => turn[i]! * cross[i]!) / spread : 1;
    return turn.map((entry) => (scale > 0 ? scale : 1) * entry);
  }
  // A = R + (C − R·P)·P⁺, C and P the covariances of moving with fixed and of fixed points.
  const rest = product(turn, own).map((entry, i) => cross[i]! - entry);
  const inverse = new Array<number>(9).fill(0);
  vectors.forEach((vector, k) => {
    if (!(values[k]! > leastSpread ** 2 * values[0]!)) return;
    for (let i = 0; i < 9; i += 1) {
      inverse[i]! += (vector[Math.floor(i / 3)]! * vector[i % 3]!) / values[k]!;
    }
  });
  const correction = product(rest, inverse);
  return turn.map((entry, i) => entry + correction[i]!);
}

/** The turn that best takes fixed to moving points, from Σ moving ⊗ fixed. */
function turnOf([
  xx = 0,
  xy = 0,
  xz = 0,
  yx = 0,
  yy = 0,
  yz = 0,
  zx = 0,
  zy = 0,
  zz = 0,
]: Matrix): Matrix {
  // biome-ignore format: rows of a matrix
  const quaternions = [
    xx + yy + zz, zy - yz, xz - zx, yx - xy,
    zy - yz, xx - yy - zz, xy + yx, xz + zx,
    xz - zx, xy + yx, yy - xx - zz, yz + zy,
    yx - xy, xz + zx, yz + zy, zz - xx - yy,
  ];
  if (quaternions.every((entry) => entry === 0)) return [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const [w = 1, x = 0, y = 0, z = 0] = symmetricEigen(quaternions, 4).vectors[0]!;
  // biome-ignore format: rows of a matrix
  return [
    w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y),
    2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x),
    2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z,
  ];
}

/** Σ (b − b̄) ⊗ (a − ā), row-major. */
function covariance(
  a: Points,
  aCentre: readonly number[],
  b: Points,
  bCentre: readonly number[],
  count: number,
): Matrix {
  return Array.from({ length: 9 }, (_, entry) => {
    const [row, column] = [Math.floor(entry / 3), entry % 3];
    return sumOf(count, (i) => (b[row]![i]! - bCentre[row]!) * (a[column]![i]! - aCentre[column]!));
  });
}

function product(left: Matrix, right: Matrix): Matrix {
  return Array.from({ length: 9 }, (_, entry) => {
    const [row, column] = [Math.floor(entry / 3), entry % 3];
    return sumOf(3, (k) => left[3 * row + k]! * right[3 * k + column]!);
  });
}

function sumOf(count: number, term: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += term(i);
  return sum;
}

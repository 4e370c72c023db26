import { type FloatArray, type Share, shareOf } from '../define-kernel';

interface JacobianNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly voxelFromWorld: readonly number[];
}

/**
 * det(A)·det(I + S·D) with D the differences of the displacement per voxel (mm) and S voxel from
 * world: the same number as det(A·(I + D·S)). Central differences, one-sided at the border.
 */
export function jacobianDeterminants(
  displacement: readonly [FloatArray, FloatArray, FloatArray],
  affine: FloatArray | undefined,
  determinant: FloatArray,
  p: JacobianNumbers,
  share: Share,
): void {
  const { nx, ny, nz, voxelFromWorld: s } = p;
  const [u, v, w] = displacement;
  const scale = affine === undefined ? 1 : determinantOfAffine(affine);
  const slice = nx * ny;
  const [begin, end] = shareOf(ny * nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = row % ny;
    const z = (row - y) / ny;
    const yLow = y > 0 ? -nx : 0;
    const yHigh = y < ny - 1 ? nx : 0;
    const zLow = z > 0 ? -slice : 0;
    const zHigh = z < nz - 1 ? slice : 0;
    const perY = yLow !== 0 && yHigh !== 0 ? 0.5 : 1;
    const perZ = zLow !== 0 && zHigh !== 0 ? 0.5 : 1;
    for (let x = 0, i = row * nx; x < nx; x += 1, i += 1) {
      const xLow = x > 0 ? -1 : 0;
      const xHigh = x < nx - 1 ? 1 : 0;
      const perX = xLow !== 0 && xHigh !== 0 ? 0.5 : 1;
      const ux = perX * (u[i + xHigh]! - u[i + xLow]!);
      const vx = perX * (v[i + xHigh]! - v[i + xLow]!);
      const wx = perX * (w[i + xHigh]! - w[i + xLow]!);
      const uy = perY * (u[i + yHigh]! - u[i + yLow]!);
      const vy = perY * (v[i + yHigh]! - v[i + yLow]!);
      const wy = perY * (w[i + yHigh]! - w[i + yLow]!);
      const uz = perZ * (u[i + zHigh]! - u[i + zLow]!);
      const vz = perZ * (v[i + zHigh]! - v[i + zLow]!);
      const wz = perZ * (w[i + zHigh]! - w[i + zLow]!);
      const j00 = 1 + s[0]! * ux + s[1]! * vx + s[2]! * wx;
      const j01 = s[0]! * uy + s[1]! * vy + s[2]! * wy;
      const j02 = s[0]! * uz + s[1]! * vz + s[2]! * wz;
      const j10 = s[4]! * ux + s[5]! * vx + s[6]! * wx;
      const j11 = 1 + s[4]! * uy + s[5]! * vy + s[6]! * wy;
      const j12 = s[4]! * uz + s[5]! * vz + s[6]! * wz;
      const j20 = s[8]! * ux + s[9]! * vx + s[10]! * wx;
      const j21 = s[8]! * uy + s[9]! * vy + s[10]! * wy;
      const j22 = 1 + s[8]! * uz + s[9]! * vz + s[10]! * wz;
      determinant[i] =
        scale *
        (j00 * (j11 * j22 - j12 * j21) -
          j01 * (j10 * j22 - j12 * j20) +
          j02 * (j10 * j21 - j11 * j20));
    }
  }
}

function determinantOfAffine(m: FloatArray): number {
  return (
    m[0]! * (m[5]! * m[10]! - m[6]! * m[9]!) -
    m[1]! * (m[4]! * m[10]! - m[6]! * m[8]!) +
    m[2]! * (m[4]! * m[9]! - m[5]! * m[8]!)
  );
}

/**
 * Minimum, percentage of voxels at or below zero, standard deviation of the logarithm over the
 * others, and mean. One voxel is left out at either end of every axis longer than two. Last the deviation that
 * Learn2Reg reports.
 */
export function reportJacobian(
  determinant: FloatArray,
  report: FloatArray,
  p: { readonly nx: number; readonly ny: number; readonly nz: number },
): void {
  const { nx, ny, nz } = p;
  const borderX = nx > 2 ? 1 : 0;
  const borderY = ny > 2 ? 1 : 0;
  const borderZ = nz > 2 ? 1 : 0;
  let minimum = Number.POSITIVE_INFINITY;
  let sum = 0;
  let count = 0;
  let positive = 0;
  let logMean = 0;
  let logSquares = 0;
  for (let z = borderZ; z < nz - borderZ; z += 1) {
    for (let y = borderY; y < ny - borderY; y += 1) {
      const first = nx * (y + ny * z);
      for (let i = first + borderX; i < first + nx - borderX; i += 1) {
        const value = determinant[i]!;
        if (value < minimum) minimum = value;
        sum += value;
        count += 1;
        if (!(value > 0)) continue;
        // Welford's recurrence: a volume whose logarithms hardly vary loses no digits.
        const log = Math.log(value);
        positive += 1;
        const fromMean = log - logMean;
        logMean += fromMean / positive;
        logSquares += fromMean * (log - logMean);
      }
    }
  }
  report[0] = minimum;
  report[1] = (100 * (count - positive)) / count;
  report[2] = positive === 0 ? 0 : Math.sqrt(logSquares / positive);
  report[3] = sum / count;
  report[4] = shiftedLogDeviation(determinant, p);
}

/** Voxels that Learn2Reg leaves out at either end of every axis. */
const cropVoxels = 2;

/**
 * Standard deviation of log(min(max(J + 3, 1e-9), 1e9)), two voxels left out at either end of every axis but that across
 * a slice; −1 where nothing is left.
 */
function shiftedLogDeviation(
  determinant: FloatArray,
  { nx, ny, nz }: { readonly nx: number; readonly ny: number; readonly nz: number },
): number {
  const [x0, y0, z0] = [nx, ny, nz].map((n) => (n === 1 ? 0 : cropVoxels)) as [
    number,
    number,
    number,
  ];
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (let z = z0; z < nz - z0; z += 1) {
    for (let y = y0; y < ny - y0; y += 1) {
      const row = nx * (y + ny * z);
      for (let x = x0; x < nx - x0; x += 1) {
        const log = Math.log(Math.min(Math.max(determinant[row + x]! + 3, 1e-9), 1e9));
        count += 1;
        const fromMean = log - mean;
        mean += fromMean / count;
        squares += fromMean * (log - mean);
      }
    }
  }
  return count === 0 ? -1 : Math.sqrt(squares / count);
}

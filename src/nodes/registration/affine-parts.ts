import { determinant, invertMatrix, type Matrix3x4, type Vec3 } from '../../imaging/frames';

/** What an affine map does to space, whatever it shifts. */
export interface AffineParts {
  /** How many times larger volumes become; negative for a mirror image. */
  readonly volume: number;
  /** Largest over smallest stretch of a direction: 1 for a rigid map. */
  readonly unevenness: number;
  /** Angle of the turn that is left where all stretch is taken out, degrees. */
  readonly turnDegrees: number;
}

const steps = 30;

/**
 * An affine's volume change, unevenness and turn, by polar decomposition A = R·S: R is the limit of
 * the mean of a matrix and its inverse transpose (Higham: Computing the polar decomposition, 1986).
 * Undefined for a map that is singular or not finite.
 */
export function affineParts(affine: Matrix3x4): AffineParts | undefined {
  const volume = determinant(affine);
  if (!Number.isFinite(volume) || Math.abs(volume) < 1e-9) return undefined;
  let turn = linearOf(affine);
  for (let step = 0; step < steps; step += 1) {
    const back = invertMatrix(turn);
    turn = withLinear((row, column) => (entry(turn, row, column) + entry(back, column, row)) / 2);
  }
  const trace = entry(turn, 0, 0) + entry(turn, 1, 1) + entry(turn, 2, 2);
  // A mirror image is a turn but for its sign.
  const cosine = (Math.sign(volume) * trace - 1) / 2;
  const turnDegrees = (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI;
  return { volume, unevenness: unevenness(affine), turnDegrees };
}

/** Ratio of the largest to the smallest singular value, from the eigenvalues of AᵀA in closed form. */
function unevenness(affine: Matrix3x4): number {
  const square = (i: number, j: number) =>
    [0, 1, 2].reduce((sum, row) => sum + entry(affine, row, i) * entry(affine, row, j), 0);
  const [a, b, c] = [square(0, 0), square(1, 1), square(2, 2)] as const;
  const [d, e, f] = [square(0, 1), square(1, 2), square(0, 2)] as const;
  const mean = (a + b + c) / 3;
  const spread = Math.sqrt(
    ((a - mean) ** 2 + (b - mean) ** 2 + (c - mean) ** 2 + 2 * (d * d + e * e + f * f)) / 6,
  );
  if (spread < 1e-12 * mean) return 1;
  const [p, q, r] = [(a - mean) / spread, (b - mean) / spread, (c - mean) / spread];
  const [s, t, u] = [d / spread, e / spread, f / spread];
  const half = (p * (q * r - t * t) - s * (s * r - t * u) + u * (s * t - q * u)) / 2;
  const angle = Math.acos(Math.max(-1, Math.min(1, half))) / 3;
  const largest = mean + 2 * spread * Math.cos(angle);
  const smallest = mean + 2 * spread * Math.cos(angle + (2 * Math.PI) / 3);
  return Math.sqrt(largest / Math.max(smallest, 1e-12 * largest));
}

/** Where an affine takes a direction, mm per mm. */
export function mapDirection(affine: Matrix3x4, [x, y, z]: Vec3): Vec3 {
  const along = (row: number) =>
    entry(affine, row, 0) * x + entry(affine, row, 1) * y + entry(affine, row, 2) * z;
  return [along(0), along(1), along(2)];
}

function linearOf(affine: Matrix3x4): Matrix3x4 {
  return withLinear((row, column) => entry(affine, row, column));
}

function withLinear(value: (row: number, column: number) => number): Matrix3x4 {
  return [0, 1, 2].flatMap((row) => [
    value(row, 0),
    value(row, 1),
    value(row, 2),
    0,
  ]) as unknown as Matrix3x4;
}

function entry(matrix: Matrix3x4, row: number, column: number): number {
  return matrix[row * 4 + column] ?? 0;
}

import type { Matrix3x4, Vec3 } from '../frames';
import type { Grid } from '../grid';
import { uniformStream } from '../phantoms/random';
import type { AffineSettings } from './settings';

/**
 * A random map about the middle of a grid, from voxels to voxels: turned, scaled along the axes, and shifted. Along an axis of
 * one voxel nothing changes, and nothing turns out of the other two.
 */
export function randomAffine(
  { sizeVoxels, worldFromVoxel }: Grid,
  { degrees, scale, shiftMm }: AffineSettings,
  seed: number,
): Matrix3x4 {
  const next = uniformStream(seed);
  const draw = (largest: number): number => largest * (2 * next() - 1);
  const m = worldFromVoxel;
  // No `Math.hypot`, whose last bits differ between engines.
  const edge = (a: number, b: number, c: number): number => Math.sqrt(a * a + b * b + c * c);
  const spacing: Vec3 = [edge(m[0], m[4], m[8]), edge(m[1], m[5], m[9]), edge(m[2], m[6], m[10])];
  const several = sizeVoxels.map((n) => n > 1) as unknown as readonly [boolean, boolean, boolean];
  const turns = [0, 1, 2].map((axis) => {
    const turn = draw(degrees);
    return several[(axis + 1) % 3] && several[(axis + 2) % 3] ? tangentOfHalf(turn) : 0;
  }) as unknown as Vec3;
  const scales = several.map((isSeveral) => 1 + draw(scale) * (isSeveral ? 1 : 0));
  const shifts = several.map((isSeveral) => draw(shiftMm) * (isSeveral ? 1 : 0));
  const rotation = rotationBy(turns);
  const matrix: number[] = [];
  for (let row = 0; row < 3; row += 1) {
    const linear = [0, 1, 2].map(
      (column) =>
        (rotation[3 * row + column]! * scales[column]! * spacing[column]!) / spacing[row]!,
    );
    const kept = linear.reduce(
      (sum, value, column) => sum + value * middle(sizeVoxels[column]!),
      0,
    );
    matrix.push(...linear, middle(sizeVoxels[row]!) - kept + shifts[row]! / spacing[row]!);
  }
  return matrix as unknown as Matrix3x4;
}

function middle(count: number): number {
  return (count - 1) / 2;
}

/** tan(θ/2) by its continued fraction, right to 1e-5 up to 90°: no tangent, whose last bits differ between engines. */
function tangentOfHalf(degrees: number): number {
  const h = (degrees * Math.PI) / 360;
  return (h * (15 - h * h)) / (15 - 6 * h * h);
}

/** The rotation of the quaternion 1, q, r, s. */
function rotationBy([q, r, s]: Vec3): readonly number[] {
  const n = 2 / (1 + q * q + r * r + s * s);
  // biome-ignore format: rows of a matrix
  return [
    1 - n * (r * r + s * s), n * (q * r - s), n * (q * s + r),
    n * (q * r + s), 1 - n * (q * q + s * s), n * (r * s - q),
    n * (q * s - r), n * (r * s + q), 1 - n * (q * q + r * r),
  ];
}

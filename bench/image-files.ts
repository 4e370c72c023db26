import type { WorldFromVoxel } from '../src/imaging/frames';
import type { Grid } from '../src/imaging/grid';
import { type NiftiImage, readNifti } from '../src/imaging/nifti/read-nifti';
import { writeNifti } from '../src/imaging/nifti/write-nifti';

/**
 * Pearson's correlation of two NIfTI images of one size, over all voxels.
 * @throws Error where a file cannot be read or the sizes differ
 */
export function correlationOfFiles(fixed: Uint8Array, warped: Uint8Array): number {
  const [a, b] = [read(fixed).values, read(warped).values];
  if (a.length !== b.length) throw new Error('The warped image has another size.');
  const meanOf = (values: Float32Array) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let [products, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    const [x, y] = [(a[i] ?? 0) - meanA, (b[i] ?? 0) - meanB];
    products += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return products / Math.sqrt(squaresA * squaresB);
}

/**
 * A NIfTI image on a grid of so many voxels along each axis over the same field of view, by trilinear interpolation.
 * @throws Error where the file cannot be read
 */
export function reducedImage(bytes: Uint8Array, size: number): Uint8Array {
  const { grid, values } = read(bytes);
  const [nx, ny, nz] = grid.sizeVoxels;
  const factors = [nx / size, ny / size, nz / size] as const;
  // The voxel of the whole image on which the middle of a reduced one lies.
  const at = (index: number, axis: 0 | 1 | 2): number =>
    Math.min(grid.sizeVoxels[axis] - 1, Math.max(0, (index + 0.5) * factors[axis] - 0.5));
  const reduced = new Float32Array(size ** 3);
  for (let z = 0, to = 0; z < size; z += 1) {
    for (let y = 0; y < size; y += 1) {
      for (let x = 0; x < size; x += 1, to += 1) {
        reduced[to] = trilinear(values, grid, at(x, 0), at(y, 1), at(z, 2));
      }
    }
  }
  const m = grid.worldFromVoxel;
  const worldFromVoxel = m.map((value, i) => {
    const row = i - (i % 4);
    if (i % 4 !== 3) return value * (factors[(i % 4) as 0 | 1 | 2] ?? 1);
    return factors.reduce(
      (sum, factor, axis) => sum + ((m[row + axis] ?? 0) * (factor - 1)) / 2,
      value,
    );
  }) as unknown as WorldFromVoxel;
  return writeNifti({
    kind: 'image',
    grid: { sizeVoxels: [size, size, size], worldFromVoxel },
    values: reduced,
    storedType: 'float32',
  });
}

function trilinear(
  values: Float32Array,
  { sizeVoxels: [nx, ny, nz] }: Grid,
  x: number,
  y: number,
  z: number,
): number {
  const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  const value = (a: number, b: number, c: number): number =>
    values[(Math.min(c, nz - 1) * ny + Math.min(b, ny - 1)) * nx + Math.min(a, nx - 1)] ?? 0;
  const mix = (a: number, b: number, share: number): number => a + (b - a) * share;
  const row = (b: number, c: number): number => mix(value(i, b, c), value(i + 1, b, c), x - i);
  const plane = (c: number): number => mix(row(j, c), row(j + 1, c), y - j);
  return mix(plane(k), plane(k + 1), z - k);
}

function read(bytes: Uint8Array): NiftiImage {
  const read = readNifti(bytes, 'image');
  if (!read.ok) throw new Error(`An image cannot be read: ${read.problem.code}`);
  return read.image;
}

import { Scratch } from '../../simd/scratch';
import type { FloatArray } from '../define-kernel';
import { outsideEdge, sampleAtEdge } from '../sample/trilinear.cpu';
import type { ImageNumbers } from './coarse-image';

/** Numbers along three axes, in voxels. */
export type Along = readonly [x: number, y: number, z: number];

/** An image as it lies about another one's grid: that begins `reach` voxels further on each side. */
export interface Surroundings {
  /** NaN where the image has nothing. */
  readonly values: FloatArray;
  readonly reach: Along;
  readonly size: Along;
}

/** Where blocks of the fixed image begin: three whole numbers each. */
export interface Blocks {
  readonly corners: Int32Array;
  readonly count: number;
  readonly edges: Along;
}

/** Of what varies less in a place, as a share of the whole image's variance, nothing can be told. */
export const leastVariance = 1e-6;

/**
 * Reads an image on the lattice of `around`, less its mean and divided by its standard deviation; NaN where a point lies
 * beyond its edge.
 * @param map 3 × 4 by rows, from the lattice to voxels of the image
 */
export function readAround(
  { values, size }: Pick<ImageNumbers, 'values' | 'size'>,
  map: readonly number[],
  { mean, deviation }: { readonly mean: number; readonly deviation: number },
  around: Surroundings,
  scratch = new Scratch(),
): void {
  const { nx, ny, nz } = size;
  const [px, py, pz] = around.size;
  const scale = 1 / deviation;
  scratch.during(() => {
    const matrix = scratch.doubles(12);
    matrix.set(map);
    const simd = isSingle(values, around.values)
      ? scratch.reaching(values, around.values, matrix)
      : undefined;
    if (simd) {
      const { functions, addressOf } = simd;
      const [from, at, to] = [addressOf(values), addressOf(matrix), addressOf(around.values)];
      functions.readAround(from, nx, ny, nz, at, mean, scale, to, px, py, pz);
      return;
    }
    const sampled = new Float64Array(4);
    for (let k = 0, i = 0; k < pz; k += 1) {
      for (let j = 0; j < py; j += 1) {
        for (let n = 0; n < px; n += 1, i += 1) {
          const along = (row: number, voxels: number): number =>
            voxels === 1
              ? 0
              : matrix[4 * row]! * n +
                matrix[4 * row + 1]! * j +
                matrix[4 * row + 2]! * k +
                matrix[4 * row + 3]!;
          const [x, y, z] = [along(0, nx), along(1, ny), along(2, nz)];
          const isInside =
            x >= -0.5 && y >= -0.5 && z >= -0.5 && x <= nx - 0.5 && y <= ny - 0.5 && z <= nz - 0.5;
          sampleAtEdge(values, nx, ny, nz, x, y, z, outsideEdge, sampled);
          around.values[i] = isInside ? (sampled[0]! - mean) * scale : Number.NaN;
        }
      }
    }
  });
}

/**
 * How well each block correlates with what lies about its place, for all shifts within reach, x fastest: the size of the
 * correlation, 0 to 1; −1 where what lies there is flat, or is not all known.
 * @param scores as many a block as there are shifts
 */
export function scoreBlocks(
  { values, size }: Pick<ImageNumbers, 'values' | 'size'>,
  around: Surroundings,
  { corners, count, edges }: Blocks,
  scores: FloatArray,
  scratch = new Scratch(),
): void {
  const { nx, ny } = size;
  const [px, py] = around.size;
  const [bx, by, bz] = edges;
  const [rx, ry, rz] = around.reach;
  scratch.during(() => {
    const own = scratch.floats(bx * by * bz);
    const simd =
      bx === 4 && isSingle(values, around.values)
        ? scratch.reaching(values, around.values, corners, scores, own)
        : undefined;
    if (simd) {
      const { functions, addressOf } = simd;
      const [image, other, places] = [values, around.values, corners].map(addressOf) as [
        number,
        number,
        number,
      ];
      const [out, room] = [addressOf(scores), addressOf(own)];
      // biome-ignore format: as the function takes them
      functions.scoreBlocks(
        image, nx, ny, other, px, py, places, count, by, bz, rx, ry, rz, leastVariance, out, room,
      );
      return;
    }
    const voxels = bx * by * bz;
    for (let block = 0, out = 0; block < count; block += 1) {
      const [x = 0, y = 0, z = 0] = corners.subarray(3 * block, 3 * block + 3);
      const squares = centredBlock(values, x + nx * (y + ny * z), [nx, nx * ny], edges, own);
      for (let dz = 0; dz <= 2 * rz; dz += 1) {
        for (let dy = 0; dy <= 2 * ry; dy += 1) {
          for (let dx = 0; dx <= 2 * rx; dx += 1, out += 1) {
            const begin = x + dx + px * (y + dy + py * (z + dz));
            let sum = 0;
            let square = 0;
            let product = 0;
            for (let k = 0, n = 0; k < bz; k += 1) {
              for (let j = 0; j < by; j += 1) {
                const row = begin + px * (j + py * k);
                for (let i = 0; i < bx; i += 1, n += 1) {
                  const other = around.values[row + i] as number;
                  sum += other;
                  square += other * other;
                  product += other * (own[n] as number);
                }
              }
            }
            const variance = square - (sum * sum) / voxels;
            scores[out] =
              variance / voxels > leastVariance
                ? Math.abs(product) / Math.sqrt(squares * variance)
                : -1;
          }
        }
      }
    }
  });
}

/** The voxels of a block less their mean, x fastest; returns the sum of their squares. */
function centredBlock(
  values: FloatArray,
  begin: number,
  [perRow, perSlice]: readonly [number, number],
  edges: Along,
  own: FloatArray,
): number {
  let mean = 0;
  eachVoxel(edges, (i, j, k, n) => {
    own[n] = values[begin + i + perRow * j + perSlice * k]!;
    mean += own[n]! / own.length;
  });
  let squares = 0;
  for (let n = 0; n < own.length; n += 1) {
    own[n] = own[n]! - mean;
    squares += own[n]! ** 2;
  }
  return squares;
}

/** Walks the voxels of a block. */
export function eachVoxel(
  [bx, by, bz]: Along,
  visit: (x: number, y: number, z: number, n: number) => void,
): void {
  for (let k = 0, n = 0; k < bz; k += 1) {
    for (let j = 0; j < by; j += 1) {
      for (let i = 0; i < bx; i += 1, n += 1) visit(i, j, k, n);
    }
  }
}

function isSingle(...arrays: readonly FloatArray[]): boolean {
  return arrays.every((array) => array instanceof Float32Array);
}

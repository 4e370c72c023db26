import { Scratch } from '../../simd/scratch';
import type { FloatArray } from '../define-kernel';
import { paddingIn, quantilesWithout, type SizeVoxels } from '../reduce/padding.cpu';

/** An image as a kernel gets it. */
export interface ImageNumbers {
  readonly values: FloatArray;
  readonly size: SizeVoxels;
  /** 3×4 by rows. */
  readonly worldFromVoxel: readonly number[];
}

/** What an image's numbers are measured by: what lies beyond is cut off. */
export interface IntensityRange {
  readonly low: number;
  readonly high: number;
}

/** An image averaged over blocks of voxels, with intensities from 0 to 1. */
export interface CoarseImage {
  readonly values: Float32Array;
  readonly size: SizeVoxels;
  /** 3×4 by rows, of the blocks' middles. */
  readonly worldFromVoxel: readonly number[];
}

/** Shares of the voxels that lie below and above the range. */
const lowShare = 0.005;
const highShare = 0.998;

/** The robust range of an image; a padding value has no part in it. */
export function rangeOf({ values, size }: ImageNumbers, scratch = new Scratch()): IntensityRange {
  const padding = paddingIn(values, size, scratch)?.value;
  const [low = 0, high = 0] = quantilesWithout(values, padding, [lowShare, highShare], scratch);
  if (high > low) return { low, high };
  const [lowest = 0, highest = 0] = quantilesWithout(values, padding, [0, 1], scratch);
  return { low: lowest, high: highest > lowest ? highest : lowest + 1 };
}

/** Lengths of a grid's voxel edges, mm. */
export function edgesMm(worldFromVoxel: readonly number[]): readonly number[] {
  return [0, 1, 2].map((axis) =>
    Math.hypot(
      worldFromVoxel[axis] as number,
      worldFromVoxel[4 + axis] as number,
      worldFromVoxel[8 + axis] as number,
    ),
  );
}

/** Averages an image over blocks of about `blockMm` a side; shorter axes keep their voxels. */
export function coarsen(
  image: ImageNumbers,
  range: IntensityRange,
  blockMm: number,
  scratch = new Scratch(),
): CoarseImage {
  return scratch.during(() => averaged(image, range, blockMm, scratch));
}

function averaged(
  { values, size, worldFromVoxel }: ImageNumbers,
  { low, high }: IntensityRange,
  blockMm: number,
  scratch: Scratch,
): CoarseImage {
  const { nx, ny, nz } = size;
  const edges = edgesMm(worldFromVoxel);
  const blocks = [nx, ny, nz].map((voxels, axis) => {
    const perBlock = Math.max(1, blockMm / (edges[axis] as number));
    return Math.max(1, Math.min(voxels, Math.round(voxels / perBlock)));
  });
  const [mx = 1, my = 1, mz = 1] = blocks;
  // By the voxels' middles: rounding down their beginnings would shift all blocks one way.
  const blockOf = (voxels: number, count: number): Int32Array => {
    const blockOfVoxel = scratch.wholes(voxels);
    for (let at = 0; at < voxels; at += 1) {
      blockOfVoxel[at] = Math.floor(((at + 0.5) * count) / voxels);
    }
    return blockOfVoxel;
  };
  const [bx, by, bz] = [blockOf(nx, mx), blockOf(ny, my), blockOf(nz, mz)];
  const sums = scratch.doubles(mx * my * mz);
  addToBlocks(sums, { values, size }, [bx, by, bz], [mx, my], { low, high }, scratch);
  const [inX, inY, inZ] = [voxelsIn(bx, mx), voxelsIn(by, my), voxelsIn(bz, mz)];
  const span = high - low;
  const means = new Float32Array(sums.length);
  for (let z = 0, block = 0; z < mz; z += 1) {
    for (let y = 0; y < my; y += 1) {
      const inRow = (inY[y] as number) * (inZ[z] as number);
      for (let x = 0; x < mx; x += 1, block += 1) {
        means[block] = (sums[block] as number) / (span * ((inX[x] as number) * inRow));
      }
    }
  }
  return {
    values: means,
    size: { nx: mx, ny: my, nz: mz },
    worldFromVoxel: coarseMatrix(worldFromVoxel, [nx / mx, ny / my, nz / mz]),
  };
}

/** Adds what each voxel has above the range's lower end, and no more than the range is wide, to its block. */
function addToBlocks(
  sums: Float64Array,
  { values, size: { nx, ny, nz } }: Pick<ImageNumbers, 'values' | 'size'>,
  [bx, by, bz]: readonly [Int32Array, Int32Array, Int32Array],
  [mx, my]: readonly [number, number],
  { low, high }: IntensityRange,
  scratch: Scratch,
): void {
  const simd =
    values instanceof Float32Array ? scratch.reaching(values, sums, bx, by, bz) : undefined;
  if (simd) {
    const { functions, addressOf } = simd;
    const [ofX, ofY, ofZ] = [addressOf(bx), addressOf(by), addressOf(bz)];
    const [from, to] = [addressOf(values), addressOf(sums)];
    functions.blockSums(from, to, ofX, ofY, ofZ, nx, ny, nz, mx, my, low, high);
    return;
  }
  const span = high - low;
  for (let z = 0, i = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      const row = mx * ((by[y] as number) + my * (bz[z] as number));
      for (let x = 0; x < nx; ) {
        const block = bx[x] as number;
        let sum = 0;
        for (; x < nx && bx[x] === block; x += 1, i += 1) {
          const value = values[i] as number;
          // Padding is below the range, and counts as the darkest, like air.
          if (value > low) sum += value < high ? value - low : span;
        }
        sums[row + block] = (sums[row + block] as number) + sum;
      }
    }
  }
}

/** How many voxels of an axis each block has. */
function voxelsIn(blockOf: Int32Array, blocks: number): Int32Array {
  const counts = new Int32Array(blocks);
  for (const block of blockOf) counts[block] = (counts[block] as number) + 1;
  return counts;
}

/** A matrix of the middles of blocks that are `factors` voxels long. */
function coarseMatrix(matrix: readonly number[], factors: readonly number[]): number[] {
  return [0, 1, 2].flatMap((row) => {
    let offset = matrix[row * 4 + 3] as number;
    const columns = factors.map((factor, axis) => {
      const entry = matrix[row * 4 + axis] as number;
      offset += (entry * (factor - 1)) / 2;
      return entry * factor;
    });
    return [...columns, offset];
  });
}

import { InternalError } from '../../internal-error';

/**
 * How a voxel is spread over bins.
 * - `bspline`: the cubic B-spline, four bins wide.
 * - `gaussian`: standard deviation ½ bin, lowered by e⁻⁸ so that it ends at two bins without a
 *   jump, and divided by its sum.
 */
export type ParzenWindow = 'bspline' | 'gaussian';

export type HistogramAttributes = {
  /** Bins of each image, from 4 to 64. */
  readonly bins: number;
  readonly window: ParzenWindow;
};

/** Codes of the windows, as kernels get them. */
export const windowCode = { bspline: 0, gaussian: 1 } as const;

/** A GPU workgroup counts into 16 KiB, the default limit: 64 · 64 counters of four bytes. */
export const largestBins = 64;

/** Tables that a medium image is counted into; a larger one gets more, a smaller one fewer. */
const usualChunks = 256;

/** Bounds a workgroup's voxels, so that its fixed-point counters stay fine and cannot overflow. */
const longestChunk = 32768;

/** A table costs as much as its bins: a chunk below this is not worth one. */
const shortestChunk = 1024;

/** Voxels that are counted into one table of partial counts. Depends on nothing but the image. */
export function histogramChunkLength(voxels: number, bins: number): number {
  const shortest = Math.max(shortestChunk, bins * bins);
  return Math.min(longestChunk, Math.max(shortest, Math.ceil(voxels / usualChunks)));
}

/** @throws InternalError where the bins are too few for a window or too many for a workgroup. */
export function requireBins(bins: number): void {
  if (!Number.isInteger(bins) || bins < 4 || bins > largestBins) {
    throw new InternalError(`A joint histogram has 4 to ${largestBins} bins a side, not ${bins}.`);
  }
}

import type { Simd } from '../../simd/simd';
import { type FloatArray, type Share, shareOf } from '../define-kernel';
import {
  binsPerUnit,
  type HistogramNumbers,
  histogramCotangents,
  histogramPartials,
} from './histogram.cpu';

/** Two images, the range of each, and how much each voxel counts. */
interface PairOfImages {
  readonly fixed: FloatArray;
  readonly warped: FloatArray;
  readonly fixedRange: FloatArray;
  readonly warpedRange: FloatArray;
  readonly weight: FloatArray | undefined;
}

/** Adds each voxel to one table per chunk: see `histogramPartials`, whose bits it gives. */
export function countJointly(
  arrays: PairOfImages & { readonly partials: FloatArray },
  p: HistogramNumbers & { readonly chunkLength: number },
  share: Share,
  simd?: Simd,
): void {
  const { fixed, warped, fixedRange, warpedRange, weight, partials } = arrays;
  if (!simd || !isCounted(simd, p)) {
    histogramPartials(fixed, warped, fixedRange, warpedRange, weight, partials, p, share);
    return;
  }
  simd.functions.histogramPartials(
    simd.addressOf(fixed),
    simd.addressOf(warped),
    weight ? simd.addressOf(weight) : 0,
    simd.addressOf(partials),
    ...scaleOf(fixedRange, p),
    ...scaleOf(warpedRange, p),
    p.bins,
    p.count,
    p.chunkLength,
    ...shareOf(Math.ceil(p.count / p.chunkLength), share),
    simd.scratch,
  );
}

/** Cotangent of one image from that of the table: see `histogramCotangents`. */
export function spreadCotangent(
  arrays: {
    readonly other: FloatArray;
    readonly image: FloatArray;
    readonly otherRange: FloatArray;
    readonly imageRange: FloatArray;
    readonly weight: FloatArray | undefined;
    readonly cotangent: FloatArray;
    readonly imageCotangent: FloatArray;
  },
  p: HistogramNumbers & { readonly otherStride: number; readonly imageStride: number },
  share: Share,
  simd?: Simd,
): void {
  const { other, image, otherRange, imageRange, weight, cotangent, imageCotangent } = arrays;
  if (!simd || !isCounted(simd, p)) {
    histogramCotangents(
      ...([other, image, otherRange, imageRange, weight, cotangent, imageCotangent] as const),
      p,
      share,
    );
    return;
  }
  const { bins, otherStride, imageStride } = p;
  const [imageLow, imageScale] = scaleOf(imageRange, p);
  // With the image's bins side by side.
  const table = new Float64Array(bins * bins);
  for (let row = 0, i = 0; row < bins; row += 1) {
    for (let column = 0; column < bins; column += 1, i += 1) {
      const value = cotangent[row * otherStride + column * imageStride] as number;
      table[i] = (value * imageScale) / p.count;
    }
  }
  simd.functions.histogramCotangents(
    simd.addressOf(other),
    simd.addressOf(image),
    weight ? simd.addressOf(weight) : 0,
    simd.addressOf(imageCotangent),
    ...scaleOf(otherRange, p),
    imageLow,
    imageScale,
    bins,
    ...shareOf(p.count, share),
    simd.doubles(table, 0),
  );
}

/** Windows that are polynomials, and a table that a thread's scratch holds. */
function isCounted(simd: Simd, { window, bins }: HistogramNumbers): boolean {
  return window === 0 && 2 * bins * bins <= simd.scratchFloats;
}

function scaleOf(range: FloatArray, { bins }: HistogramNumbers) {
  return [range[0] as number, binsPerUnit(range, bins - 3)] as const;
}

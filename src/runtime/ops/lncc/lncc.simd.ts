import type { Simd } from '../../simd/simd';
import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { chunkLength, reductionChunks } from '../reduction';
import { lnccCotangentsWarped, lnccPartials, type WindowMeans } from './lncc.cpu';

interface LnccNumbers {
  readonly count: number;
  readonly epsilon: number;
}

/** Sums of [weight ·] cc over fixed chunks of the volume, which are shared out. */
export function sumCorrelations(
  means: WindowMeans & { readonly partials: FloatArray },
  { count, epsilon }: LnccNumbers,
  share: Share,
  simd?: Simd,
): void {
  const { partials } = means;
  if (!simd) {
    lnccPartials(means, partials, count, epsilon, share);
    return;
  }
  simd.functions.lnccPartials(
    ...addressesOf(simd, means),
    simd.addressOf(partials),
    count,
    chunkLength(count),
    epsilon,
    ...shareOf(reductionChunks(count), share),
  );
}

/** Cotangents of the means of W, W² and F·W over those means; voxels are shared out. */
export function correlationCotangents(
  means: WindowMeans & { readonly cotangent: FloatArray },
  { count, epsilon }: LnccNumbers,
  share: Share,
  simd?: Simd,
): void {
  const scale = -(means.cotangent[0] as number) / count;
  if (!simd) {
    lnccCotangentsWarped(means, scale, epsilon, ...shareOf(count, share));
    return;
  }
  simd.functions.lnccCotangents(
    ...addressesOf(simd, means),
    scale,
    epsilon,
    ...shareOf(count, share),
  );
}

/** Both, in one walk over the chunks. */
export function sumsAndCotangents(
  means: WindowMeans & { readonly cotangent: FloatArray; readonly partials: FloatArray },
  { count, epsilon }: LnccNumbers,
  share: Share,
  simd?: Simd,
): void {
  const { cotangent, partials } = means;
  const scale = -(cotangent[0] as number) / count;
  const chunks = shareOf(reductionChunks(count), share);
  const length = chunkLength(count);
  if (!simd) {
    lnccPartials(means, partials, count, epsilon, share);
    const [begin, end] = chunks.map((chunk) => Math.min(chunk * length, count)) as [number, number];
    lnccCotangentsWarped(means, scale, epsilon, begin, end);
    return;
  }
  simd.functions.lnccPartialsAndCotangents(
    ...addressesOf(simd, means),
    simd.addressOf(partials),
    count,
    length,
    scale,
    epsilon,
    ...chunks,
  );
}

function arraysOf(means: WindowMeans) {
  const { meanFixed, meanFixedSquared, meanWarped, meanWarpedSquared, meanProduct } = means;
  return [meanFixed, meanFixedSquared, meanWarped, meanWarpedSquared, meanProduct] as const;
}

/** Of the means, then of the weight, 0 where there is none. */
function addressesOf(simd: Simd, means: WindowMeans) {
  const [f, ff, w, ww, fw] = arraysOf(means).map(simd.addressOf) as Five;
  return [f, ff, w, ww, fw, means.weight ? simd.addressOf(means.weight) : 0] as const;
}

type Five = [number, number, number, number, number];

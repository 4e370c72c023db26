import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { chunkLength, reductionChunks } from '../reduction';

/**
 * Sums of [weight ·] (fixed − warped)² over fixed chunks of the volume, into `partials` from `offset`.
 */
export function squaredDifferencePartials(
  fixed: FloatArray,
  warped: FloatArray,
  weight: FloatArray | undefined,
  partials: FloatArray,
  p: { readonly count: number; readonly offset: number },
  share: Share,
): void {
  const length = chunkLength(p.count);
  const [firstChunk, lastChunk] = shareOf(reductionChunks(p.count), share);
  for (let chunk = firstChunk; chunk < lastChunk; chunk += 1) {
    const end = Math.min((chunk + 1) * length, p.count);
    let sum = 0;
    for (let i = chunk * length; i < end; i += 1) {
      const difference = fixed[i]! - warped[i]!;
      sum += (weight === undefined ? 1 : weight[i]!) * difference * difference;
    }
    partials[p.offset + chunk] = sum;
  }
}

/** differences = factor · [weight ·] (warped − fixed) */
export function scaledDifferences(
  fixed: FloatArray,
  warped: FloatArray,
  weight: FloatArray | undefined,
  differences: FloatArray,
  factor: number,
  count: number,
  share: Share,
): void {
  const [begin, end] = shareOf(count, share);
  for (let i = begin; i < end; i += 1) {
    const counted = weight === undefined ? factor : factor * weight[i]!;
    differences[i] = counted * (warped[i]! - fixed[i]!);
  }
}

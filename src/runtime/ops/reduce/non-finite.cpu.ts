import type { Simd } from '../../simd/simd';
import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { chunkLength, reductionChunks } from '../reduction';

/** How many numbers of each chunk of a plane are not finite, from the place of the plane's first chunk on. */
export function nonFinitePartials(
  value: FloatArray,
  partials: FloatArray,
  { count, plane }: { readonly count: number; readonly plane: number },
  share: Share,
  simd?: Simd,
): void {
  const length = chunkLength(count);
  const chunks = reductionChunks(count);
  const [firstChunk, lastChunk] = shareOf(chunks, share);
  if (simd) {
    const { functions, addressOf } = simd;
    const to = addressOf(partials) + 4 * plane * chunks;
    functions.nonFinitePartials(addressOf(value), to, count, length, firstChunk, lastChunk);
    return;
  }
  for (let chunk = firstChunk; chunk < lastChunk; chunk += 1) {
    const end = Math.min((chunk + 1) * length, count);
    let found = 0;
    // x − x is 0 for what is finite, and not a number for the rest.
    for (let i = chunk * length; i < end; i += 1) if (value[i]! - value[i]! !== 0) found += 1;
    partials[plane * chunks + chunk] = found;
  }
}

import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { chunkLength, reductionChunks } from '../reduction';

/** Sums of a·b over fixed chunks, written from `offset` on. */
export function productPartials(
  a: FloatArray,
  b: FloatArray,
  partials: FloatArray,
  p: { readonly count: number; readonly offset: number },
  share: Share,
): void {
  const length = chunkLength(p.count);
  const [firstChunk, lastChunk] = shareOf(reductionChunks(p.count), share);
  for (let chunk = firstChunk; chunk < lastChunk; chunk += 1) {
    const end = Math.min((chunk + 1) * length, p.count);
    let sum = 0;
    for (let i = chunk * length; i < end; i += 1) sum += a[i]! * b[i]!;
    partials[p.offset + chunk] = sum;
  }
}

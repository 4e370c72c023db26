import type { Simd } from '../../simd/simd';
import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { chunkLength, reductionChunks } from '../reduction';

/** Beyond every intensity, and a float32: what an empty chunk has as its lowest. */
const largestFloat = 3.4028234663852886e38;

/** Lowest, then highest intensities of fixed chunks of the volume. */
export function rangePartials(
  image: FloatArray,
  partials: FloatArray,
  count: number,
  share: Share,
  simd?: Simd,
): void {
  const length = chunkLength(count);
  const chunks = reductionChunks(count);
  const [firstChunk, lastChunk] = shareOf(chunks, share);
  if (simd) {
    const { functions, addressOf } = simd;
    const [from, to] = [addressOf(image), addressOf(partials)];
    functions.rangePartials(from, to, count, length, chunks, firstChunk, lastChunk);
    return;
  }
  for (let chunk = firstChunk; chunk < lastChunk; chunk += 1) {
    const end = Math.min((chunk + 1) * length, count);
    let low = largestFloat;
    let high = -largestFloat;
    for (let i = chunk * length; i < end; i += 1) {
      const value = image[i]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    partials[chunk] = low;
    partials[chunks + chunk] = high;
  }
}

/** Lowest of the first `count` numbers and highest of the second. */
export function rangeOfPartials(partials: FloatArray, range: FloatArray, count: number): void {
  let low = largestFloat;
  let high = -largestFloat;
  for (let i = 0; i < count; i += 1) {
    low = Math.min(low, partials[i]!);
    high = Math.max(high, partials[count + i]!);
  }
  range[0] = low;
  range[1] = high;
}

import type { Simd } from '../../simd/simd';
import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { chunkLength, reductionChunks } from '../reduction';

/** Weights below this are rounding and count as 0; the shaders have it too. */
const leastWeight = 1e-6;

/** inside = 1 where the image is a number other than 0, else 0. */
export function nonZeroElements(
  image: FloatArray,
  inside: FloatArray,
  count: number,
  share: Share,
): void {
  const [begin, end] = shareOf(count, share);
  for (let i = begin; i < end; i += 1) inside[i] = image[i]! < 0 || image[i]! > 0 ? 1 : 0;
}

/** filled = value where inside is not 0, else fill. */
export function fillElements(
  value: FloatArray,
  inside: FloatArray,
  fill: number,
  filled: FloatArray,
  count: number,
  share: Share,
  simd?: Simd,
): void {
  const [begin, end] = shareOf(count, share);
  if (simd) {
    const { functions, addressOf } = simd;
    const [from, of, to] = [addressOf(value), addressOf(inside), addressOf(filled)];
    functions.fillOutside(from, of, fill, to, begin, end);
    return;
  }
  for (let i = begin; i < end; i += 1) filled[i] = inside[i] === 0 ? fill : value[i]!;
}

/** quotient = value / by; 0 where `by` is nothing but rounding. */
export function divideElements(
  value: FloatArray,
  by: FloatArray,
  quotient: FloatArray,
  count: number,
  share: Share,
): void {
  const [begin, end] = shareOf(count, share);
  for (let i = begin; i < end; i += 1) {
    const divisor = by[i]!;
    quotient[i] = divisor > leastWeight ? value[i]! / divisor : 0;
  }
}

/** Sums of a plane over fixed chunks of it. */
export function sumChunks(
  plane: FloatArray,
  partials: FloatArray,
  count: number,
  share: Share,
): void {
  const length = chunkLength(count);
  const [firstChunk, lastChunk] = shareOf(reductionChunks(count), share);
  for (let chunk = firstChunk; chunk < lastChunk; chunk += 1) {
    const end = Math.min((chunk + 1) * length, count);
    let sum = 0;
    for (let i = chunk * length; i < end; i += 1) sum += plane[i]!;
    partials[chunk] = sum;
  }
}

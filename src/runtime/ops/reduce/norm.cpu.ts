import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { chunkLength, reductionChunks } from '../reduction';

/** Largest squared L2 norm over the planes, in fixed chunks of the volume. */
export function largestSquaredNorms(
  x: FloatArray,
  y: FloatArray | undefined,
  z: FloatArray | undefined,
  partials: FloatArray,
  count: number,
  share: Share,
): void {
  const length = chunkLength(count);
  const [firstChunk, lastChunk] = shareOf(reductionChunks(count), share);
  for (let chunk = firstChunk; chunk < lastChunk; chunk += 1) {
    const end = Math.min((chunk + 1) * length, count);
    let largest = 0;
    for (let i = chunk * length; i < end; i += 1) {
      let squared = x[i]! * x[i]!;
      if (y !== undefined) squared += y[i]! * y[i]!;
      if (z !== undefined) squared += z[i]! * z[i]!;
      if (squared > largest) largest = squared;
    }
    partials[chunk] = largest;
  }
}

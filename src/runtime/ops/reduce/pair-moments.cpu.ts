import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { chunkLength, reductionChunks } from '../reduction';

/**
 * Sums of F and of W over fixed chunks: quantity 0 and 1 of `partials`. With a weight those of ω·F and
 * ω·W, and the sum of ω as quantity 2.
 */
export function imageSumPartials(
  fixed: FloatArray,
  warped: FloatArray,
  weight: FloatArray | undefined,
  partials: FloatArray,
  count: number,
  share: Share,
): void {
  const length = chunkLength(count);
  const chunks = reductionChunks(count);
  const [firstChunk, lastChunk] = shareOf(chunks, share);
  for (let chunk = firstChunk; chunk < lastChunk; chunk += 1) {
    const end = Math.min((chunk + 1) * length, count);
    let sumFixed = 0;
    let sumWarped = 0;
    let sumWeights = 0;
    for (let i = chunk * length; i < end; i += 1) {
      const counted = weight === undefined ? 1 : weight[i]!;
      sumFixed += counted * fixed[i]!;
      sumWarped += counted * warped[i]!;
      sumWeights += counted;
    }
    partials[chunk] = sumFixed;
    partials[chunks + chunk] = sumWarped;
    if (weight !== undefined) partials[2 * chunks + chunk] = sumWeights;
  }
}

/**
 * Mean of ω·F and of ω·W to weighted means of F and W, in place: both over the mean of ω, which stays
 * as the third number.
 */
export function divideMeans(means: FloatArray): void {
  const weight = means[2]!;
  means[0] = weight > 0 ? means[0]! / weight : 0;
  means[1] = weight > 0 ? means[1]! / weight : 0;
}

/** Sums of [ω ·] f², w² and f·w over fixed chunks, where f and w are the images less their means. */
export function correlationPartials(
  fixed: FloatArray,
  warped: FloatArray,
  weight: FloatArray | undefined,
  means: FloatArray,
  partials: FloatArray,
  count: number,
  share: Share,
): void {
  const meanFixed = means[0]!;
  const meanWarped = means[1]!;
  const length = chunkLength(count);
  const chunks = reductionChunks(count);
  const [firstChunk, lastChunk] = shareOf(chunks, share);
  for (let chunk = firstChunk; chunk < lastChunk; chunk += 1) {
    const end = Math.min((chunk + 1) * length, count);
    let varianceFixed = 0;
    let varianceWarped = 0;
    let covariance = 0;
    for (let i = chunk * length; i < end; i += 1) {
      const f = fixed[i]! - meanFixed;
      const w = warped[i]! - meanWarped;
      const counted = weight === undefined ? 1 : weight[i]!;
      varianceFixed += counted * f * f;
      varianceWarped += counted * w * w;
      covariance += counted * f * w;
    }
    partials[chunk] = varianceFixed;
    partials[chunks + chunk] = varianceWarped;
    partials[2 * chunks + chunk] = covariance;
  }
}

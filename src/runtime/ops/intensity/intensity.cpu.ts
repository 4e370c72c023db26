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

/**
 * Whether an image varies at all: a variance below the square of a float32's rounding of the mean
 * is noise.
 */
function isConstant(variance: number, mean: number): boolean {
  return !(variance > 1e-12 * mean * mean);
}

/** Normalized cross-correlation from means and (co)variances; 0 where an image is constant. */
export function correlationOf(means: FloatArray, moments: FloatArray): number {
  const [varianceFixed, varianceWarped] = [moments[0]!, moments[1]!];
  if (isConstant(varianceFixed, means[0]!) || isConstant(varianceWarped, means[1]!)) return 0;
  return moments[2]! / Math.sqrt(varianceFixed * varianceWarped);
}

/**
 * Cotangent of W for loss = −ω̄·ncc: −c·ω/N · (f/√(B·C) − ncc·w/C), with f and w the images less their
 * means, B and C the variances; 0 where an image is constant. Moments are means over all voxels of
 * weighted products, which are ω̄·B and so on.
 */
export function correlationCotangents(
  fixed: FloatArray,
  warped: FloatArray,
  weight: FloatArray | undefined,
  means: FloatArray,
  moments: FloatArray,
  cotangent: number,
  warpedCotangent: FloatArray,
  count: number,
  share: Share,
): void {
  const meanFixed = means[0]!;
  const meanWarped = means[1]!;
  const varianceFixed = moments[0]!;
  const varianceWarped = moments[1]!;
  let byFixed = 0;
  let byWarped = 0;
  if (!isConstant(varianceFixed, meanFixed) && !isConstant(varianceWarped, meanWarped)) {
    const counted = weight === undefined ? 1 : means[2]!;
    byFixed = (-cotangent * counted) / count / Math.sqrt(varianceFixed * varianceWarped);
    byWarped = (-byFixed * moments[2]!) / varianceWarped;
  }
  const [begin, end] = shareOf(count, share);
  for (let i = begin; i < end; i += 1) {
    const slope = byFixed * (fixed[i]! - meanFixed) + byWarped * (warped[i]! - meanWarped);
    warpedCotangent[i] = weight === undefined ? slope : weight[i]! * slope;
  }
}

import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { chunkLength, reductionChunks } from '../reduction';

/** Window means of F, F², W, W² and F·W, and how much each voxel counts. */
export interface WindowMeans {
  readonly meanFixed: FloatArray;
  readonly meanFixedSquared: FloatArray;
  readonly meanWarped: FloatArray;
  readonly meanWarpedSquared: FloatArray;
  readonly meanProduct: FloatArray;
  readonly weight: FloatArray | undefined;
}

/** Sum of [weight ·] cc = A² / (B·C) of voxels begin … end. */
export function sumOfCorrelations(
  { meanFixed, meanFixedSquared, meanWarped, meanWarpedSquared, meanProduct, weight }: WindowMeans,
  epsilon: number,
  begin: number,
  end: number,
): number {
  let sum = 0;
  for (let i = begin; i < end; i += 1) {
    const f = meanFixed[i]!;
    const w = meanWarped[i]!;
    const covariance = meanProduct[i]! - f * w;
    let varianceFixed = meanFixedSquared[i]! - f * f;
    let varianceWarped = meanWarpedSquared[i]! - w * w;
    if (varianceFixed < epsilon) varianceFixed = epsilon;
    if (varianceWarped < epsilon) varianceWarped = epsilon;
    const cc = (covariance * covariance) / (varianceFixed * varianceWarped);
    sum += weight === undefined ? cc : weight[i]! * cc;
  }
  return sum;
}

/** Sums of [weight ·] cc over fixed chunks of the volume. */
export function lnccPartials(
  means: WindowMeans,
  partials: FloatArray,
  count: number,
  epsilon: number,
  share: Share,
): void {
  const length = chunkLength(count);
  const [firstChunk, lastChunk] = shareOf(reductionChunks(count), share);
  for (let chunk = firstChunk; chunk < lastChunk; chunk += 1) {
    const begin = chunk * length;
    partials[chunk] = sumOfCorrelations(means, epsilon, begin, Math.min(begin + length, count));
  }
}

/**
 * Cotangents of the means of W, W² and F·W, written over those means, of voxels begin … end:
 * ∂cc/∂A = 2A/(B·C), ∂cc/∂C = −A²/(B·C²), which is 0 where C was clamped.
 * @param scale the loss's cotangent times −1/N; each voxel's is multiplied by its weight
 */
export function lnccCotangentsWarped(
  { meanFixed, meanFixedSquared, meanWarped, meanWarpedSquared, meanProduct, weight }: WindowMeans,
  scale: number,
  epsilon: number,
  begin: number,
  end: number,
): void {
  for (let i = begin; i < end; i += 1) {
    const f = meanFixed[i]!;
    const w = meanWarped[i]!;
    const covariance = meanProduct[i]! - f * w;
    let varianceFixed = meanFixedSquared[i]! - f * f;
    const varianceWarped = meanWarpedSquared[i]! - w * w;
    if (varianceFixed < epsilon) varianceFixed = epsilon;
    const counted = weight === undefined ? scale : scale * weight[i]!;
    let byCovariance: number;
    let byVariance = 0;
    if (varianceWarped < epsilon) {
      byCovariance = (2 * counted * covariance) / (varianceFixed * epsilon);
    } else {
      const inverse = 1 / (varianceFixed * varianceWarped);
      byCovariance = 2 * counted * covariance * inverse;
      byVariance = -0.5 * byCovariance * covariance * inverse * varianceFixed;
    }
    meanWarped[i] = -f * byCovariance - 2 * w * byVariance;
    meanWarpedSquared[i] = byVariance;
    meanProduct[i] = byCovariance;
  }
}

/** Cotangents of the means of F and F²; see `lnccCotangentsWarped`. */
export function lnccCotangentsFixed(
  meanFixed: FloatArray,
  meanFixedSquared: FloatArray,
  meanWarped: FloatArray,
  meanWarpedSquared: FloatArray,
  meanProduct: FloatArray,
  cotangentMean: FloatArray,
  cotangentMeanSquared: FloatArray,
  scale: number,
  count: number,
  epsilon: number,
  share: Share,
): void {
  const [begin, end] = shareOf(count, share);
  for (let i = begin; i < end; i += 1) {
    const f = meanFixed[i]!;
    const w = meanWarped[i]!;
    const covariance = meanProduct[i]! - f * w;
    const varianceFixed = Math.max(meanFixedSquared[i]! - f * f, epsilon);
    const varianceWarped = Math.max(meanWarpedSquared[i]! - w * w, epsilon);
    const byCovariance = (2 * scale * covariance) / (varianceFixed * varianceWarped);
    const isClamped = meanFixedSquared[i]! - f * f < epsilon;
    const byVariance = isClamped ? 0 : (-0.5 * byCovariance * covariance) / varianceFixed;
    cotangentMean[i] = -w * byCovariance - 2 * f * byVariance;
    cotangentMeanSquared[i] = byVariance;
  }
}

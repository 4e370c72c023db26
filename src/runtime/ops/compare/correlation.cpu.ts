import { type FloatArray, type Share, shareOf } from '../define-kernel';

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

import type { LoweringContext } from '../../runtime/api/nodes/define-node';

/** Widest Gaussian of one pass, voxels: the 256 taps of a kernel, cut at three standard deviations. */
export const widestGaussianVoxels = 85;

/**
 * Refuses a Gaussian that is wider than one pass takes.
 * @param sigmaVoxels standard deviations along the axes
 * @param parameter that sets them
 */
export function refuseWideGaussian(
  sigmaVoxels: readonly number[],
  parameter: string,
  context: LoweringContext,
): void {
  const widest = Math.max(...sigmaVoxels);
  if (widest <= widestGaussianVoxels) return;
  context.refuse({
    parameter,
    message: `The Gaussian is ${widest.toFixed(0)} voxels wide; at most ${widestGaussianVoxels} are taken.`,
    remedy:
      'Smooth less, or resample the image to larger voxels first. Are the voxel sizes in its header right?',
  });
}

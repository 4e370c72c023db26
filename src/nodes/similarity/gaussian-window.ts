import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import type { Domain } from '../../runtime/api/nodes/port-values';

/** A Gaussian window about each voxel, σ in voxels, that ends at `truncate` · σ. */
export interface GaussianWindow {
  readonly sigmaVoxels: number;
  readonly truncate: number;
}

/**
 * What gives the mean of a field in a Gaussian window about each voxel. The image's edge cuts it off; where a mask is
 * wired only what counts is looked at, and where nothing does, the mean is 0.
 */
export function gaussianMeans(
  b: Builder,
  { weight, hasHoles }: Domain,
  { sigmaVoxels, truncate }: GaussianWindow,
): (value: ValueId) => ValueId {
  const smooth = (value: ValueId): ValueId =>
    b.gaussian(
      { value },
      {
        sigmaVoxels: [sigmaVoxels, sigmaVoxels, sigmaVoxels],
        truncate,
        edges: hasHoles ? 'zero' : 'renormalize',
        transposed: false,
      },
    );
  if (!hasHoles) return smooth;
  const counted = smooth(weight);
  return (value) =>
    b.pointwise(
      { a: smooth(b.multiply({ a: value, b: weight })), b: counted },
      { expressions: [['select', ['<', 1e-6, 'b'], ['/', 'a', 'b'], 0]] },
    );
}

/** Means in a window of two images, of their squares and of their product. */
export function pairMeans(
  b: Builder,
  mean: (value: ValueId) => ValueId,
  { fixed, warped }: { readonly fixed: ValueId; readonly warped: ValueId },
) {
  return {
    meanFixed: mean(fixed),
    meanFixedSquared: mean(b.multiply({ a: fixed, b: fixed })),
    meanWarped: mean(warped),
    meanWarpedSquared: mean(b.multiply({ a: warped, b: warped })),
    meanProduct: mean(b.multiply({ a: fixed, b: warped })),
  };
}

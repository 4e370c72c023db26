import type { Tensor } from '@tensorflow/tfjs';
import type { FieldOps } from './field-ops';
import type { TensorFlow } from './tensorflow';

/** Standard deviation of the Gaussian over the logarithm, in samples of the field: what is weighed is a region. */
const smoothSamples = 2;

/**
 * How much regularization counts at each voxel of the full grid, `[1, (z,) y, x, 1]`, of what a network gives for it: its
 * logarithm, bounded, smoothed, and less its mean.
 *
 * A weight that is learned with the field would go to 0 everywhere, where regularization costs nothing. With a geometric
 * mean of 1 it can be less at one place only by being more at another. For a quadratic energy e, the mean of αe is least there where αe is
 * the same everywhere: the weight is the inverse of how much the field bends, which is also what maximum likelihood
 * makes of a normal distribution whose precision is αλ, since −½ log α then has a mean of 0.
 * @param raw on the samples of the field; 0 gives 1
 */
export function localWeightOf(
  tf: TensorFlow,
  fields: FieldOps,
  raw: Tensor,
  { largestFactor, sizeVoxels }: LocalWeightOptions,
): Tensor {
  // Half of the range to either side of a mean that lies within it.
  const bound = Math.log(largestFactor) / 2;
  const bounded = raw.div(raw.abs().add(1)).mul(bound);
  const smooth = fields.resize(fields.smooth(bounded, smoothSamples), sizeVoxels);
  return tf.exp(smooth.sub(smooth.mean()));
}

export interface LocalWeightOptions {
  /** The weight lies between 1 / largestFactor and largestFactor. */
  readonly largestFactor: number;
  /** Of the full grid: x, y(, z). */
  readonly sizeVoxels: readonly number[];
}

import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { normalAt } from '../../imaging/phantoms/random';
import type { TensorFlow } from './tensorflow';

/** A velocity of which a network says how sure it is: independent normal distributions, a component of a sample each. */
export type VelocityPosterior = {
  /** `[1, (z,) y, x, d]`, voxels of the full grid. */
  readonly mean: Tensor;
  /** The logarithm of the variance, as many numbers. */
  readonly logVariance: Tensor;
};

/** mean + deviation · noise, differentiable in both; the noise follows from the seed alone. */
export function drawnVelocity(
  tf: TensorFlow,
  { mean, logVariance }: VelocityPosterior,
  seed: number,
): Tensor {
  const noise = Float32Array.from({ length: mean.size }, (_, index) => normalAt(index, 0, seed));
  return mean.add(tf.exp(logVariance.mul(0.5)).mul(tf.tensor(noise, mean.shape)));
}

/** What is held to be likely before any image is seen. */
export interface VelocityPrior {
  /** λ: the precision is λ times the graph Laplacian of the samples. */
  readonly precision: number;
  /** Samples lie so many voxels apart; λ is for velocities in samples. */
  readonly everyVoxels: number;
}

/**
 * The Kullback–Leibler divergence of a velocity's posterior from its prior N(0, Λ⁻¹), Λ = λ(D − A), A the neighbours of a sample along
 * the axes and D their number, a voxel of the full grid: ½ [λ Σ Dᵢσᵢ² − Σ log σᵢ² + λ Σ over neighbours (μᵢ − μⱼ)²] / voxels.
 * Dalca et al. 2019; constants are left out, as there. Differentiable in both.
 */
export function divergenceFromPrior(
  tf: TensorFlow,
  { mean, logVariance }: VelocityPosterior,
  { precision, everyVoxels }: VelocityPrior,
): Scalar {
  const axes = mean.shape.length - 2;
  const mu = mean.div(everyVoxels);
  const logSigma = logVariance.sub(2 * Math.log(everyVoxels));
  const variance = tf.exp(logSigma);
  let sum = logSigma.sum().neg();
  for (let axis = 1; axis <= axes; axis += 1) {
    const { length, first, last } = along(mean.shape, axis);
    if (length === 1) continue;
    const slope = last(mu).sub(first(mu));
    // Each of two neighbours counts the other one.
    const neighbours = first(variance).sum().add(last(variance).sum());
    sum = sum.add(slope.square().sum().add(neighbours).mul(precision));
  }
  const samples = mean.size / axes;
  return sum.mul(0.5 / (samples * everyVoxels ** axes)).asScalar();
}

/** All but the last, and all but the first, along an axis. */
function along(shape: readonly number[], axis: number) {
  const product = (numbers: readonly number[]) => numbers.reduce((a, b) => a * b, 1);
  const length = shape[axis] as number;
  const [before, after] = [product(shape.slice(0, axis)), product(shape.slice(axis + 1))];
  const from = (value: Tensor, begin: number) =>
    value.reshape([before, length, after]).slice([0, begin, 0], [before, length - 1, after]);
  return {
    length,
    first: (value: Tensor) => from(value, 0),
    last: (value: Tensor) => from(value, 1),
  };
}

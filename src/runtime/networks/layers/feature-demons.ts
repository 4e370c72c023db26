import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import type { FieldOps } from '../field-ops';
import type { TensorFlow } from '../tensorflow';
import { customLayer, type Layer } from './custom-layer';
import { halvesOfBatch } from './images-as-batch';

/** Some iterations of demons at one resolution. */
export interface DemonsLevel {
  /** Voxels from one sample to the next: a power of 2. */
  readonly everyVoxels: number;
  readonly iterations: number;
}

/** What is iterated, and by what. */
export interface FeatureDemons {
  /** Coarse to fine. */
  readonly levels: readonly DemonsLevel[];
  readonly fieldOps: FieldOps;
}

/** Compositions of a velocity's first small step. */
const squarings = 6;

/** Longest step of an iteration, in samples of its level. */
const stepSamples = 1;

/** Standard deviation of the Gaussian on the velocity after each iteration, in samples of its level. */
const smoothSamples = 1;

/** Keeps the quotient finite where features are flat and alike. */
const leastSquares = 1e-4;

/**
 * The velocity that brings features onto features by log-demons, `[batch, (z,) y, x, d]`, in voxels of the grid, on the samples of
 * the finest level. Input: features of the moving images, then of the fixed ones, along the batch. Nothing is learned here: what
 * learns are the features, through every iteration.
 *
 * At each level features are averaged over its samples; an iteration warps those of the moving image by exp(v) and adds the force
 * −Σ r J / (Σ ‖J‖² + Σ r² / κ), κ = 4 · step², sums over channels, J the gradient of the mean of both features (symmetric), to v, which is then smoothed. No
 * force is longer than the step. It is the force of `registration/demons-force.ts`, with the trace of Σ JJᵀ in place of the matrix.
 */
export function featureDemons(tf: TensorFlow, name: string, demons: FeatureDemons): Layer {
  const { levels, fieldOps } = demons;
  const finest = levels.at(-1)?.everyVoxels ?? 1;
  return customLayer(tf, {
    className: 'FeatureDemons',
    name,
    config: {
      everyVoxels: levels.map(({ everyVoxels }) => everyVoxels),
      iterations: levels.map(({ iterations }) => iterations),
    },
    outputShape: ([shape = []]) => {
      const space = shape.slice(0, -1);
      return [...space.map((size) => size / finest), space.length];
    },
    compute([features]) {
      let velocity: Tensor | undefined;
      for (const { everyVoxels, iterations } of levels) {
        const [moving, fixed] = halvesOfBatch(tf, averaged(tf, features as Tensor, everyVoxels));
        const size = fixed.shape.slice(1, -1).reverse();
        velocity &&= fieldOps.resize(velocity, size);
        for (let n = 0; n < iterations; n += 1) {
          const warped: Tensor = velocity
            ? fieldOps.warp(
                moving,
                fieldOps.exponentiate(velocity, { squarings, everyVoxels }),
                everyVoxels,
              )
            : moving;
          const step = tf.mul(forceOf(tf, warped, fixed), everyVoxels);
          velocity = fieldOps.smooth(velocity ? tf.add(velocity, step) : step, smoothSamples);
        }
      }
      return velocity as Tensor;
    },
    keptInside: ([shape = []]) =>
      levels.reduce((sum, { everyVoxels, iterations }) => {
        const space = shape.slice(0, -1);
        const samples = space.reduce((product, size) => product * (size / everyVoxels), 1);
        // Of an iteration: warped features, differences and mean, slopes along each axis, and products of them.
        const ofChannels = (4 + 4 * space.length) * (shape.at(-1) ?? 1);
        return sum + iterations * samples * (ofChannels + 6 * space.length + 4);
      }, 0),
  });
}

/** Means over boxes of so many samples, by halving; as convolutions, which are fast on every device. */
function averaged(tf: TensorFlow, features: Tensor, every: number): Tensor {
  const axes = features.rank - 2;
  const channels = features.shape.at(-1) as number;
  const box = Array<number>(axes).fill(2);
  const kernel = tf.tile(tf.div(tf.eye(channels), 2 ** axes).reshape([1, -1]), [2 ** axes, 1]);
  let halved = features;
  for (let left = every; left > 1; left /= 2) {
    halved = convolved(tf, halved, kernel.reshape([...box, channels, channels]), 2);
  }
  return halved;
}

/** How far each sample of the moving image should go, in samples, x first. */
function forceOf(tf: TensorFlow, warped: Tensor, fixed: Tensor): Tensor {
  const axes = fixed.rank - 2;
  const channels = fixed.shape.at(-1) as number;
  const overChannels = tf.ones([...Array<number>(axes).fill(1), channels, 1]);
  const sum = (values: Tensor): Tensor => convolved(tf, values, overChannels, 1);
  const difference = tf.sub(warped, fixed);
  const mean = tf.mul(tf.add(warped, fixed), 0.5);
  // Axes of a shape run from the last one of the image to its first.
  const slopes = Array.from({ length: axes }, (_, axis) => slopeAlong(tf, mean, axes - axis));
  const squares = slopes.reduce<Tensor>(
    (total, slope) => tf.add(total, tf.square(slope)),
    tf.mul(tf.square(difference), 1 / (4 * stepSamples ** 2)),
  );
  const down = tf.neg(tf.add(sum(squares), leastSquares));
  return tf.concat(
    slopes.map((slope) => tf.div(sum(tf.mul(difference, slope)), down)),
    -1,
  );
}

/** Central differences along an axis of a shape; 0 at its ends. Split and joined, which is fast there and back. */
function slopeAlong(tf: TensorFlow, values: Tensor, axis: number): Tensor {
  const length = values.shape[axis] as number;
  if (length < 3) return tf.zerosLike(values);
  const [, above] = tf.split(values, [2, length - 2], axis);
  const [below] = tf.split(values, [length - 2, 2], axis);
  const inner = tf.mul(tf.sub(above as Tensor, below as Tensor), 0.5);
  const end = tf.zeros(values.shape.map((size, at) => (at === axis ? 1 : size)));
  return tf.concat([end, inner, end], axis);
}

function convolved(tf: TensorFlow, values: Tensor, kernel: Tensor, stride: number): Tensor {
  return values.rank === 4
    ? tf.conv2d(values as Tensor4D, kernel as Tensor4D, stride, 'valid')
    : tf.conv3d(values as Tensor5D, kernel as Tensor5D, stride, 'valid');
}

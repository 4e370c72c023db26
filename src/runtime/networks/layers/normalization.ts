import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { customLayer, type Layer, type SampleShape } from './custom-layer';

/** Added to a variance; PyTorch's default. */
const epsilon = 1e-5;

/** Each place's channels to mean 0 and variance 1, then scaled and shifted by what is learned. */
export function layerNormalization(tf: TensorFlow, name: string, channels: number): Layer {
  return customLayer(tf, {
    className: 'ChannelNormalization',
    name,
    config: { channels },
    weights: [
      { name: 'gamma', shape: [channels], initializer: tf.initializers.ones() },
      { name: 'beta', shape: [channels], initializer: tf.initializers.zeros() },
    ],
    outputShape: ([shape = []]) => shape,
    compute: ([input], [gamma, beta]) => {
      const places = (input as Tensor).reshape([-1, channels]);
      return standardized(tf, places, 1)
        .mul(gamma as Tensor)
        .add(beta as Tensor)
        .reshape((input as Tensor).shape);
    },
    keptInside: ([shape = []]) => 3 * elements(shape),
  });
}

/** Each channel to mean 0 and variance 1 over all places of an image; nothing is learned. */
export function instanceNormalization(tf: TensorFlow, name: string): Layer {
  return customLayer(tf, {
    className: 'InstanceNormalization',
    name,
    config: {},
    outputShape: ([shape = []]) => shape,
    compute: ([input]) => {
      const { shape } = input as Tensor;
      const places = (input as Tensor).reshape([shape[0] as number, -1, shape.at(-1) as number]);
      return standardized(tf, places, 1).reshape(shape);
    },
    keptInside: ([shape = []]) => 2 * elements(shape),
  });
}

/**
 * Each channel to mean 0 and variance 1 over all places of an image, then scaled and shifted by what is
 * learned. It stands for batch normalization, which is the same where a batch is one image while a
 * network learns, and which then predicts by averages over many images that it never learned with. A map
 * of a single place has no variance: it is scaled and shifted alone, where the quotient would be 0 and nothing
 * before it could be learned.
 */
export function imageNormalization(tf: TensorFlow, name: string, channels: number): Layer {
  return customLayer(tf, {
    className: 'ImageNormalization',
    name,
    config: { channels },
    weights: [
      { name: 'gamma', shape: [channels], initializer: tf.initializers.ones() },
      { name: 'beta', shape: [channels], initializer: tf.initializers.zeros() },
    ],
    outputShape: ([shape = []]) => shape,
    compute: ([input], [gamma, beta]) => {
      const { shape } = input as Tensor;
      const places = (input as Tensor).reshape([shape[0] as number, -1, channels]);
      const normal = places.shape[1] === 1 ? places : standardized(tf, places, 1);
      return normal
        .mul(gamma as Tensor)
        .add(beta as Tensor)
        .reshape(shape);
    },
    keptInside: ([shape = []]) => 4 * elements(shape),
  });
}

/** To mean 0 and variance 1 along an axis. */
export function standardized(tf: TensorFlow, input: Tensor, axis: number): Tensor {
  const centred = input.sub(input.mean(axis, true));
  const variance = centred.square().mean(axis, true);
  return centred.mul(tf.rsqrt(variance.add(epsilon)));
}

function elements(shape: SampleShape): number {
  return shape.reduce((product, n) => product * n, 1);
}

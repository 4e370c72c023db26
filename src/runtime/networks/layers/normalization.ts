import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
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

/**
 * Each channel to mean 0 and variance 1 over all places of an image; nothing is learned. A map of a single place has no
 * variance and stays as it is.
 */
export function instanceNormalization(tf: TensorFlow, name: string): Layer {
  return customLayer(tf, {
    className: 'InstanceNormalization',
    name,
    config: {},
    outputShape: ([shape = []]) => shape,
    compute: ([input]) => {
      const { shape } = input as Tensor;
      const places = (input as Tensor).reshape([shape[0] as number, -1, shape.at(-1) as number]);
      if (places.shape[1] === 1) return input as Tensor;
      const isOne = shape[0] === 1;
      const normal = isOne
        ? standardizedImage(tf, places.reshape<Tensor2D>([-1, shape.at(-1) as number]))
        : standardized(tf, places, 1);
      return normal.reshape(shape);
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

/**
 * Each channel of one image, `[places, channels]`, to mean 0 and variance 1, its gradient in closed form: two sums each way, over
 * the axis along which they are quick.
 */
function standardizedImage(tf: TensorFlow, places: Tensor2D): Tensor {
  const mean = (of: Tensor): Tensor => tf.div(tf.sum(of, 0), places.shape[0]);
  const op = tf.customGrad((x, save) => {
    const centred = tf.sub(x as Tensor, mean(x as Tensor));
    const scale = tf.rsqrt(tf.add(mean(tf.square(centred)), epsilon));
    const value = tf.mul(centred, scale);
    (save as (tensors: Tensor[]) => void)([value, scale]);
    return {
      value,
      gradFunc: (upstream: Tensor, saved: Tensor[]) => {
        const [normal, factor] = saved as [Tensor, Tensor];
        const along = tf.mul(normal, mean(tf.mul(upstream, normal)));
        return tf.mul(tf.sub(tf.sub(upstream, mean(upstream)), along), factor);
      },
    };
  });
  return op(places);
}

function elements(shape: SampleShape): number {
  return shape.reduce((product, n) => product * n, 1);
}

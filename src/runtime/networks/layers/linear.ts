import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { type CustomWeight, customLayer, type Layer } from './custom-layer';

/** What a linear map of each place's channels is. */
export interface LinearLayer {
  readonly name: string;
  readonly channels: readonly [input: number, output: number];
  readonly bias: boolean;
  /** x · Φ(x), exactly; nothing if absent. */
  readonly activation?: 'gelu';
  readonly initializer: CustomWeight['initializer'];
}

/** A linear map of the channels, the same at every place; biases begin at 0. */
export function linear(tf: TensorFlow, layer: LinearLayer): Layer {
  const { name, bias, activation, initializer } = layer;
  const [input, output] = layer.channels;
  return customLayer(tf, {
    className: 'LinearChannels',
    name,
    config: { channels: [input, output], bias, ...(activation && { activation }) },
    weights: [
      { name: 'kernel', shape: [input, output], initializer },
      ...(bias ? [{ name: 'bias', shape: [output], initializer: tf.initializers.zeros() }] : []),
    ],
    outputShape: ([shape = []]) => [...shape.slice(0, -1), output],
    compute: ([value], [kernel, offset]) => {
      const places = (value as Tensor).reshape<Tensor2D>([-1, input]);
      const product = tf.matMul(places, kernel as Tensor2D);
      const shifted = offset ? product.add(offset) : product;
      const result = activation ? gelu(tf, shifted) : shifted;
      return result.reshape([...(value as Tensor).shape.slice(0, -1), output]);
    },
    // Before the bias; and before and within the activation.
    keptInside: ([shape = []]) =>
      shape.slice(0, -1).reduce((product, n) => product * n, output) *
      ((bias ? 1 : 0) + (activation ? 3 : 0)),
  });
}

function gelu(tf: TensorFlow, value: Tensor): Tensor {
  return value.mul(tf.erf(value.mul(Math.SQRT1_2)).add(1)).mul(0.5);
}

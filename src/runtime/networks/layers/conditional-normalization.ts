import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { type CustomWeight, customLayer, type Layer } from './custom-layer';
import { standardized } from './normalization';

/** What a normalization is that a code scales and shifts. */
export interface ConditionalNormalization {
  readonly name: string;
  readonly channels: number;
  /** Numbers of the code. */
  readonly codes: number;
  readonly initializer: CustomWeight['initializer'];
}

/**
 * Each channel to mean 0 and variance 1 over all places of an image, times 1 + γ and plus β, both linear maps of a code: inputs
 * are what is normalized and the code, `[batch, codes]`. γ begins about 1 and β about 0.
 */
export function conditionalNormalization(
  tf: TensorFlow,
  { name, channels, codes, initializer }: ConditionalNormalization,
): Layer {
  return customLayer(tf, {
    className: 'ConditionalInstanceNormalization',
    name,
    config: { channels, codes },
    weights: [
      { name: 'kernel', shape: [codes, 2 * channels], initializer },
      { name: 'scale', shape: [channels], initializer: tf.initializers.ones() },
      { name: 'shift', shape: [channels], initializer: tf.initializers.zeros() },
    ],
    outputShape: ([shape = []]) => shape,
    compute: ([input, code], [kernel, scale, shift]) => {
      const { shape } = input as Tensor;
      const batch = shape[0] as number;
      const product = tf.matMul(code as Tensor2D, kernel as Tensor2D);
      const [scaled, shifted] = tf.split(product, 2, 1) as [Tensor, Tensor];
      const each = (values: Tensor) => values.reshape([batch, 1, channels]);
      const places = (input as Tensor).reshape([batch, -1, channels]);
      return standardized(tf, places, 1)
        .mul(each(scaled.add(scale as Tensor)).add(1))
        .add(each(shifted.add(shift as Tensor)))
        .reshape(shape);
    },
    keptInside: ([shape = []]) => 3 * shape.reduce((product, n) => product * n, 1),
  });
}

import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { customLayer, type Layer } from './custom-layer';

/** Times one learned number that begins at 0: a branch that is added so grows in as the network learns. */
export function learnedScale(tf: TensorFlow, name: string): Layer {
  return customLayer(tf, {
    className: 'LearnedScale',
    name,
    config: {},
    weights: [{ name: 'scale', shape: [1], initializer: tf.initializers.zeros() }],
    outputShape: ([shape = []]) => shape,
    compute: ([input], [scale]) => (input as Tensor).mul(scale as Tensor),
  });
}

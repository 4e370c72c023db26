import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { customLayer, type Layer } from './custom-layer';

/**
 * Two images one after the other along the batch, so that what follows sees each by itself with the same weights. From there on a
 * shape's batch is twice that of the inputs.
 */
export function imagesAsBatch(tf: TensorFlow, name: string): Layer {
  return customLayer(tf, {
    className: 'ImagesAsBatch',
    name,
    config: {},
    outputShape: ([shape = []]) => shape,
    compute: (images) => tf.concat([...images], 0),
  });
}

/** The two halves of such a batch. */
export function halvesOfBatch(tf: TensorFlow, batch: Tensor): readonly [Tensor, Tensor] {
  const [first, second] = tf.split(batch, 2, 0);
  return [first as Tensor, second as Tensor];
}

import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { customLayer, type Layer } from './custom-layer';

/** Adds learned numbers of each place's own, so that a transformer knows where it is; they begin at 0. */
export function placeEmbedding(
  tf: TensorFlow,
  name: string,
  { size, channels }: { readonly size: readonly number[]; readonly channels: number },
): Layer {
  return customLayer(tf, {
    className: 'PlaceEmbedding',
    name,
    config: { size, channels },
    weights: [{ name: 'places', shape: [...size, channels], initializer: tf.initializers.zeros() }],
    outputShape: ([shape = []]) => shape,
    compute: ([input], [places]) => {
      const { shape } = input as Tensor;
      const rows = (input as Tensor).reshape([shape[0] as number, -1, channels]);
      return rows.add((places as Tensor).reshape([1, -1, channels])).reshape(shape);
    },
  });
}

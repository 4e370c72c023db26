import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { customLayer, type Layer } from './custom-layer';

/**
 * A field within bounds: `largest[channel] · x / (1 + |x|)`, softsign scaled to voxels, as SYMNet,
 * LKU-Net and LapIRN end.
 */
export function boundedField(tf: TensorFlow, name: string, largest: readonly number[]): Layer {
  return customLayer(tf, {
    className: 'BoundedField',
    name,
    config: { largest },
    outputShape: ([shape = []]) => shape,
    compute: ([input]) =>
      (input as Tensor).div((input as Tensor).abs().add(1)).mul(tf.tensor1d([...largest])),
    keptInside: ([shape = []]) => 3 * shape.reduce((product, n) => product * n, 1),
  });
}

import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { customLayer, type Layer } from './custom-layer';

/**
 * Twice the samples along every axis, each repeated: nearest-neighbour upsampling of
 * `[batch, (z,) y, x, c]`. TensorFlow.js has it for slices alone, and its gradient on the CPU is wrong
 * for more than one of a batch. So a volume is doubled along z first, while it is small, and all rows
 * of all slices are then doubled as those of one tall slice.
 */
export function upsampleNearest(tf: TensorFlow, name: string): Layer {
  return customLayer(tf, {
    className: 'UpsampleNearest',
    name,
    config: {},
    outputShape: ([input = []]) => input.map((n, i) => (i === input.length - 1 ? n : 2 * n)),
    compute: ([input]) => {
      const [batch, ...shape] = (input as Tensor).shape as [number, ...number[]];
      const channels = shape.pop() as number;
      const volume = shape.length === 3 ? doubleAlongZ(tf, input as Tensor) : (input as Tensor);
      const doubled = [batch, ...shape.map((n) => 2 * n), channels];
      const width = shape.at(-1) as number;
      const rows = volume.size / (width * channels);
      return tf.image
        .resizeNearestNeighbor(volume.reshape<Tensor4D>([1, rows, width, channels]), [
          2 * rows,
          2 * width,
        ])
        .reshape(doubled);
    },
    // The volume doubled along z.
    keptInside: ([input = []]) => (input.length === 4 ? 2 * input.reduce((a, b) => a * b, 1) : 0),
  });
}

function doubleAlongZ(tf: TensorFlow, input: Tensor): Tensor {
  const [batch, nz, ...slice] = input.shape as [number, number, ...number[]];
  const slices = input.reshape([batch * nz, 1, slice.reduce((a, b) => a * b, 1)]);
  return tf.concat([slices, slices], 1);
}

import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { customLayer, type Layer, type SampleShape } from './custom-layer';

/**
 * The mean of each channel over all places, and of each channel times the places' coordinates: `[batch, (1 + d) · c]`, means
 * first, then x, y(, z). Coordinates run evenly about the middle with variance 1, whatever the size.
 *
 * A mean alone forgets where something was seen. Of a field of motions the means are its shift, and the first moments its
 * turn, scales and shears.
 */
export function momentPool(tf: TensorFlow, name: string): Layer {
  return customLayer(tf, {
    className: 'MomentPooling',
    name,
    config: {},
    outputShape: ([shape = []]) => [shape.length * (shape.at(-1) ?? 0)],
    compute([input]) {
      const { shape } = input as Tensor;
      const [batch = 1, ...space] = shape.slice(0, -1);
      const channels = shape.at(-1) as number;
      const rows = momentRows(space);
      const moments = tf.matMul(
        tf.tensor3d(rows, [1, 1 + space.length, rows.length / (1 + space.length)]),
        (input as Tensor).reshape([batch, -1, channels]),
      );
      return moments.reshape([batch, -1]);
    },
    keptInside: ([shape = []]) => shape.slice(0, -1).reduce((n, size) => n * size, shape.length),
  });
}

/** What a place counts in the mean, and in the mean times each coordinate, x first: a row each. */
function momentRows(space: SampleShape): Float32Array {
  const sizes = [...space].reverse();
  const places = sizes.reduce((product, n) => product * n, 1);
  const rows = new Float32Array((1 + sizes.length) * places).fill(1 / places, 0, places);
  let stride = 1;
  for (const [axis, size] of sizes.entries()) {
    const deviation = Math.sqrt((size * size - 1) / 12);
    for (let place = 0; place < places; place += 1) {
      const offset = (Math.floor(place / stride) % size) - (size - 1) / 2;
      rows[(1 + axis) * places + place] = size > 1 ? offset / deviation / places : 0;
    }
    stride *= size;
  }
  return rows;
}

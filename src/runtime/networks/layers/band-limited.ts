import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { customLayer, type Layer } from './custom-layer';

/**
 * Reads a small map `[batch, (z,) y, x, c]` as the low frequencies of a large one: `times` the samples
 * along every axis, sample j at j / times. It is what zeros around the centred discrete Fourier
 * transform and the inverse transform give; being linear and separable, it is one product with a
 * matrix for each axis, and needs no complex numbers. An even map's highest frequency, which has no
 * partner of opposite sign, is taken as the cosine along its axis.
 */
export function bandLimited(tf: TensorFlow, name: string, times: number): Layer {
  return customLayer(tf, {
    className: 'BandLimited',
    name,
    config: { times },
    outputShape: ([shape = []]) => shape.map((n, i) => (i === shape.length - 1 ? n : n * times)),
    compute: ([input]) => enlarge(tf, input as Tensor, times),
    // Channels first, then each axis but the last enlarged, then all of them before the transpose.
    keptInside: ([shape = []]) => {
      const small = shape.reduce((product, n) => product * n, 1);
      return shape.reduce((sum, _, axis) => sum + small * times ** axis, 0);
    },
  });
}

function enlarge(tf: TensorFlow, input: Tensor, times: number): Tensor {
  const [batch, ...rest] = input.shape as [number, ...number[]];
  const channels = rest.at(-1) as number;
  const size = rest.slice(0, -1);
  const axes = size.length;
  // Channels first, so that products are few and large.
  let current = input.transpose([0, axes + 1, ...size.map((_, axis) => axis + 1)]);
  let after = 1;
  for (let axis = axes - 1; axis >= 0; axis -= 1) {
    const n = size[axis] as number;
    const matrix = tf.tensor2d(interpolationMatrix(n, times), [n * times, n]);
    const before = current.size / (n * after);
    current =
      after === 1
        ? tf.matMul(current.reshape<Tensor2D>([before, n]), matrix, false, true)
        : tf.matMul(matrix.expandDims(0), current.reshape([before, n, after]));
    after *= n * times;
  }
  return current
    .reshape([batch, channels, ...size.map((n) => n * times)])
    .transpose([0, ...size.map((_, axis) => axis + 2), 1]);
}

/**
 * Rows by samples of the large map, columns by those of the small: (1/n) Σ cos(2πf(j/(n·times) − k/n))
 * over the frequencies f of the small map.
 */
export function interpolationMatrix(n: number, times: number): Float32Array {
  const matrix = new Float32Array(n * times * n);
  for (let j = 0; j < n * times; j += 1) {
    for (let k = 0; k < n; k += 1) {
      let sum = 0;
      for (let f = -Math.floor(n / 2); f < Math.ceil(n / 2); f += 1) {
        sum += Math.cos((2 * Math.PI * f * (j / times - k)) / n);
      }
      matrix[j * n + k] = sum / n;
    }
  }
  return matrix;
}

import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { customLayer, type Layer } from './custom-layer';

/**
 * Twice the samples along every axis of `[batch, (z,) y, x, c]`, read linearly; the edges of the
 * outermost samples stay where they are (PyTorch's `align_corners=False`): 3/4 of the nearest sample and
 * 1/4 of the next one, of itself at the border.
 */
export function upsampleLinear(tf: TensorFlow, name: string): Layer {
  return customLayer(tf, {
    className: 'UpsampleLinear',
    name,
    config: {},
    outputShape: ([shape = []]) => shape.map((n, i) => (i === shape.length - 1 ? n : 2 * n)),
    compute: ([input]) => {
      let current = input as Tensor;
      for (let axis = current.rank - 2; axis >= 1; axis -= 1)
        current = doubleAlong(tf, current, axis);
      return current;
    },
    // Along x, then y: halves and quarters of the output.
    keptInside: ([shape = []]) =>
      shape.slice(1).reduce((sum, _, i) => sum + 2 ** (i + 1), 0) *
      shape.reduce((product, n) => product * n, 1),
  });
}

function doubleAlong(tf: TensorFlow, input: Tensor, axis: number): Tensor {
  const { shape } = input;
  const n = shape[axis] as number;
  const before = shape.slice(0, axis).reduce((product, m) => product * m, 1);
  const after = shape.slice(axis + 1).reduce((product, m) => product * m, 1);
  const rows = input.reshape([before, n, after]);
  const part = (from: number, count: number) =>
    tf.slice(rows, [0, from, 0], [before, count, after]);
  const lower = n === 1 ? rows : tf.concat([part(0, 1), part(0, n - 1)], 1);
  const upper = n === 1 ? rows : tf.concat([part(1, n - 1), part(n - 1, 1)], 1);
  const most = rows.mul(0.75);
  const even = most.add(lower.mul(0.25));
  const odd = most.add(upper.mul(0.25));
  const both = [even, odd].map((half) => half.reshape([before, n, 1, after]));
  return tf.concat(both, 2).reshape(shape.map((m, i) => (i === axis ? 2 * m : m)));
}

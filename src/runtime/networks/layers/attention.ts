import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { customLayer, type Layer, type SampleShape } from './custom-layer';

/** What attention between all places of two maps is; it has no weights of its own. */
export interface Attention {
  readonly name: string;
  /** Channels are dealt out to them in order. */
  readonly heads: number;
  /** Of the products of queries and keys, before the softmax. */
  readonly scale: number;
}

/**
 * Attention of every place to every place: softmax(scale · q·kᵀ)·v for each head. Inputs are queries,
 * keys and values, `[batch, (z,) y, x, c]` each; keys and values lie on one grid, which may be coarser
 * than that of the queries. The output lies on the queries' grid and has the values' channels. It takes
 * a number for each pair of places, and is for maps that are small.
 */
export function attention(tf: TensorFlow, { name, heads, scale }: Attention): Layer {
  return customLayer(tf, {
    className: 'Attention',
    name,
    config: { heads, scale },
    outputShape: ([queries = [], , values = []]) => [
      ...queries.slice(0, -1),
      values.at(-1) as number,
    ],
    compute: (inputs) => {
      const [queries, , values] = inputs as [Tensor, Tensor, Tensor];
      const [q, k, v] = inputs.map((input) => byHead(input, heads)) as [Tensor, Tensor, Tensor];
      const shares = tf.softmax(tf.matMul(q.mul(scale), k, false, true));
      return tf
        .matMul(shares, v)
        .transpose([0, 2, 1, 3])
        .reshape([...queries.shape.slice(0, -1), values.shape.at(-1) as number]);
    },
    // Heads first, queries twice; products, their shares, and those again; what is seen.
    keptInside: ([queries = [], keys = [], values = []]) =>
      2 * elements(queries) +
      elements(keys) +
      elements(values) +
      3 * heads * places(queries) * places(keys) +
      places(queries) * (values.at(-1) as number),
  });
}

/** `[batch, head, place, channel of a head]`. */
function byHead(input: Tensor, heads: number): Tensor {
  const channels = input.shape.at(-1) as number;
  return input
    .reshape([input.shape[0] as number, -1, heads, channels / heads])
    .transpose([0, 2, 1, 3]);
}

function places(shape: SampleShape): number {
  return elements(shape.slice(0, -1));
}

function elements(shape: SampleShape): number {
  return shape.reduce((product, n) => product * n, 1);
}

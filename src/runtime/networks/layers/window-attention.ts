import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { type CustomWeight, customLayer, type Layer } from './custom-layer';
import { join, partition } from './windows';

/** What attention within windows is. */
export interface WindowAttention {
  readonly name: string;
  readonly channels: number;
  readonly heads: number;
  /** (z,) y, x of the map, each a multiple of the window's. */
  readonly size: readonly number[];
  readonly window: readonly number[];
  /** By which the map is rolled before it is cut into windows; all 0 or all above. */
  readonly shift: readonly number[];
  readonly initializer: (name: string) => CustomWeight['initializer'];
}

/** What keeps places apart that rolling has brought into one window. */
const apart = -100;

/**
 * Self-attention of several heads within windows, as in the Swin Transformer (Liu et al., ICCV 2021,
 * doi:10.1109/ICCV48922.2021.00986): softmax(q·kᵀ/√d + b)·v with a learned number b for each head and each
 * difference of places, then a linear map. Queries, keys and values have no biases. Places of a rolled
 * map that do not lie side by side in the image do not see each other.
 */
export function windowAttention(tf: TensorFlow, attention: WindowAttention): Layer {
  const { name, channels, heads, size, window, shift, initializer } = attention;
  const perHead = channels / heads;
  const tokens = product(window);
  const windows = product(size) / tokens;
  const rolled = shift.some((n) => n > 0);
  const index = differences(window);
  const mask = rolled ? maskOf(size, window, shift) : undefined;

  return customLayer(tf, {
    className: 'WindowAttention',
    name,
    config: { channels, heads, size, window, shift },
    weights: [
      { name: 'qkv', shape: [channels, 3 * channels], initializer: initializer('qkv') },
      {
        name: 'positions',
        shape: [product(window.map((n) => 2 * n - 1)), heads],
        initializer: initializer('positions'),
      },
      { name: 'projection', shape: [channels, channels], initializer: initializer('projection') },
      { name: 'bias', shape: [channels], initializer: tf.initializers.zeros() },
    ],
    outputShape: ([shape = []]) => shape,
    compute: ([input], [qkv, positions, projection, bias]) => {
      const batch = (input as Tensor).shape[0] as number;
      const all = batch * windows;
      const moved = rolled ? roll(tf, input as Tensor, shift) : (input as Tensor);
      const inWindows = partition(moved, size, window).reshape<Tensor2D>([all * tokens, channels]);
      // [window, 3 · head, token, channel of a head].
      const parts = tf
        .matMul(inWindows, qkv as Tensor2D)
        .reshape([all, tokens, 3 * heads, perHead])
        .transpose([0, 2, 1, 3]);
      const [q, k, v] = [0, 1, 2].map((i) =>
        tf.slice(parts, [0, i * heads, 0, 0], [all, heads, tokens, perHead]),
      ) as [Tensor, Tensor, Tensor];
      const bias4 = tf
        .gather(positions as Tensor2D, tf.tensor1d(index, 'int32'))
        .transpose()
        .reshape([1, heads, tokens, tokens]);
      let scores = tf.matMul(q.mul(perHead ** -0.5), k, false, true).add(bias4);
      if (mask) {
        scores = scores
          .reshape([batch, windows, heads, tokens * tokens])
          .add(tf.tensor(mask, [1, windows, 1, tokens * tokens]))
          .reshape([all, heads, tokens, tokens]);
      }
      const seen = tf.matMul(tf.softmax(scores), v).transpose([0, 2, 1, 3]);
      const mapped = tf
        .matMul(seen.reshape<Tensor2D>([all * tokens, channels]), projection as Tensor2D)
        .add(bias as Tensor);
      const joined = join(mapped, size, window).reshape((input as Tensor).shape);
      return rolled
        ? roll(
            tf,
            joined,
            shift.map((n) => -n),
          )
        : joined;
    },
    // Rolled, cut, queries keys values twice, scores thrice, seen, mapped.
    keptInside: () => product(size) * (channels * 11 + 3 * heads * tokens),
  });
}

/** Rolls each axis towards its beginning. */
function roll(tf: TensorFlow, input: Tensor, shift: readonly number[]): Tensor {
  return shift.reduce<Tensor>((current, by, i) => {
    const axis = i + 1;
    const n = current.shape[axis] as number;
    const at = ((by % n) + n) % n;
    if (at === 0) return current;
    const part = (from: number, count: number) =>
      tf.slice(
        current,
        current.shape.map((_, a) => (a === axis ? from : 0)),
        current.shape.map((m, a) => (a === axis ? count : m)),
      );
    return tf.concat([part(at, n - at), part(0, at)], axis);
  }, input);
}

/** Row of the table of positions for each pair of tokens of a window. */
function differences(window: readonly number[]): Int32Array {
  const tokens = product(window);
  const places = Array.from({ length: tokens }, (_, token) => placeOf(token, window));
  return Int32Array.from({ length: tokens * tokens }, (_, pair) => {
    const from = places[Math.floor(pair / tokens)] as readonly number[];
    const to = places[pair % tokens] as readonly number[];
    return window.reduce(
      (row, n, axis) => row * (2 * n - 1) + (from[axis] as number) - (to[axis] as number) + n - 1,
      0,
    );
  });
}

/** `apart` for each pair of tokens of a window, of all windows, that come from different sides. */
function maskOf(
  size: readonly number[],
  window: readonly number[],
  shift: readonly number[],
): Float32Array {
  const tokens = product(window);
  const counts = size.map((n, axis) => n / (window[axis] as number));
  const mask = new Float32Array((product(size) / tokens) * tokens * tokens);
  for (let w = 0; w < product(counts); w += 1) {
    const corner = placeOf(w, counts);
    const sides = Array.from({ length: tokens }, (_, token) =>
      placeOf(token, window).reduce((side, within, axis) => {
        const [n, size1] = [size[axis] as number, window[axis] as number];
        const place = (corner[axis] as number) * size1 + within;
        const region = place < n - size1 ? 0 : place < n - (shift[axis] as number) ? 1 : 2;
        return 3 * side + region;
      }, 0),
    );
    for (let i = 0; i < tokens * tokens; i += 1) {
      const same = sides[Math.floor(i / tokens)] === sides[i % tokens];
      mask[w * tokens * tokens + i] = same ? 0 : apart;
    }
  }
  return mask;
}

/** Coordinates of a flat index, the last axis fastest. */
function placeOf(flat: number, size: readonly number[]): readonly number[] {
  let rest = flat;
  const place: number[] = [];
  for (const n of [...size].reverse()) {
    place.unshift(rest % n);
    rest = Math.floor(rest / n);
  }
  return place;
}

function product(numbers: readonly number[]): number {
  return numbers.reduce((result, n) => result * n, 1);
}

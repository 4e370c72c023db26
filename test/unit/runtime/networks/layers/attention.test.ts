import type { SymbolicTensor, Tensor } from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { uniformStream } from '../../../../../src/imaging/phantoms/random';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import { attention } from '../../../../../src/runtime/networks/layers/attention';
import { coordinateAttention } from '../../../../../src/runtime/networks/layers/coordinate-attention';
import type { Layer } from '../../../../../src/runtime/networks/layers/custom-layer';
import { depthwiseConvolution } from '../../../../../src/runtime/networks/layers/depthwise-convolution';
import { depthwiseReduction } from '../../../../../src/runtime/networks/layers/depthwise-reduction';
import { gatherNeighbours } from '../../../../../src/runtime/networks/layers/gather-neighbours';
import { imageNormalization } from '../../../../../src/runtime/networks/layers/normalization';
import { spreadNeighbours } from '../../../../../src/runtime/networks/layers/spread-neighbours';
import { openTensorFlow, type TensorFlow } from '../../../../../src/runtime/networks/tensorflow';

let tf: TensorFlow;
beforeAll(async () => {
  tf = await openTensorFlow(createCpuDevice({ threads: 1 }));
});
beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  tf.disposeVariables();
});

/** What a layer makes of inputs, its weights set to numbers drawn from −1 to 1. */
function applied(layer: Layer, inputs: readonly Tensor[]) {
  const symbols = inputs.map(({ shape }) => tf.input({ shape: shape.slice(1) }));
  const outputs = layer.apply(symbols.length === 1 ? (symbols[0] as never) : symbols);
  const model = tf.model({ inputs: symbols, outputs: outputs as SymbolicTensor });
  const random = uniformStream(7);
  for (const weight of model.weights) {
    const shape = weight.shape as number[];
    const length = shape.reduce((a, b) => a * b, 1);
    weight.write(
      tf.tensor(
        Array.from({ length }, () => 2 * random() - 1),
        shape,
      ),
    );
  }
  const output = model.predict([...inputs]) as Tensor;
  return {
    shape: output.shape,
    values: [...output.dataSync()],
    weights: model.weights.map((weight) => [...weight.read().dataSync()]),
  };
}

function drawn(shape: readonly number[], seed: number): { tensor: Tensor; values: number[] } {
  const random = uniformStream(seed);
  const length = shape.reduce((a, b) => a * b, 1);
  const values = Array.from({ length }, () => 2 * random() - 1);
  return { tensor: tf.tensor(values, [...shape]), values };
}

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
}

it('attends as its formula says, keys on a grid of their own', () => {
  const [q, k, v] = [drawn([1, 2, 3, 4], 1), drawn([1, 1, 2, 4], 2), drawn([1, 1, 2, 6], 3)];
  const layer = attention(tf, { name: 'attention', heads: 2, scale: 0.7 });
  const { shape, values } = applied(layer, [q.tensor, k.tensor, v.tensor]);
  expect(shape).toEqual([1, 2, 3, 6]);
  const expected = Array.from({ length: 36 }, (_, i) => {
    const [place, channel] = [Math.floor(i / 6), i % 6];
    const head = Math.floor(channel / 3);
    const scores = [0, 1].map((key) =>
      Math.exp(
        0.7 *
          [0, 1].reduce(
            (sum, c) =>
              sum + q.values[4 * place + 2 * head + c]! * k.values[4 * key + 2 * head + c]!,
            0,
          ),
      ),
    );
    const total = scores[0]! + scores[1]!;
    return (scores[0]! * v.values[channel]! + scores[1]! * v.values[6 + channel]!) / total;
  });
  expectClose(values, expected);
});

it('weighs channels by where along each axis they are strong', () => {
  const [size, channels, squeezed] = [[2, 3, 4], 2, 3];
  const { tensor, values: x } = drawn([1, ...size, channels], 5);
  const layer = coordinateAttention(tf, {
    name: 'coordinates',
    channels,
    squeezed,
    axes: 3,
    initializer: () => tf.initializers.zeros(),
  });
  const { values, weights } = applied(layer, [tensor]);
  const [squeeze, bias, gamma, beta, ...gates] = weights as number[][];
  const placeOf = (i: number) => [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4];
  // Rows of profiles, z first, each of the squeezed channels.
  const rows = size.flatMap((n, axis) =>
    Array.from({ length: n }, (_, at) => {
      const there = Array.from({ length: 24 }, (_v, i) => i).filter((i) => placeOf(i)[axis] === at);
      const mean = [0, 1].map(
        (c) => there.reduce((sum, i) => sum + x[2 * i + c]!, 0) / there.length,
      );
      return [0, 1, 2].map(
        (s) => mean[0]! * squeeze![s]! + mean[1]! * squeeze![3 + s]! + bias![s]!,
      );
    }),
  );
  const bent = rows.map((row) =>
    row.map((value, s) => {
      const column = rows.map((r) => r[s]!);
      const mean = column.reduce((a, b) => a + b) / column.length;
      const variance = column.reduce((a, b) => a + (b - mean) ** 2, 0) / column.length;
      const normal = ((value - mean) / Math.sqrt(variance + 1e-5)) * gamma![s]! + beta![s]!;
      return (normal * Math.min(Math.max(normal + 3, 0), 6)) / 6;
    }),
  );
  const expected = x.map((value, i) => {
    const [place, c] = [placeOf(Math.floor(i / 2)), i % 2];
    return place.reduce((product, at, axis) => {
      const row = bent[at + [0, 2, 5][axis]!]!;
      const [kernel, offset] = [gates[2 * axis]!, gates[2 * axis + 1]!];
      const sum = row.reduce((total, b, s) => total + b * kernel[2 * s + c]!, offset[c]!);
      return product / (1 + Math.exp(-sum));
    }, value);
  });
  expectClose(values, expected);
});

/** Each channel convolved by itself: plain loops over a volume, from the place where the first kernel begins. */
function convolvedAlone(
  x: readonly number[],
  size: readonly number[],
  channels: number,
  kernel: readonly number[],
  { width, stride, counts }: { width: number; stride: number; counts: readonly number[] },
): number[] {
  const before = size.map((n, a) => Math.floor(((counts[a]! - 1) * stride + width - n) / 2));
  const all = (shape: readonly number[]) =>
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => [
      Math.floor(i / (shape[1]! * shape[2]!)),
      Math.floor(i / shape[2]!) % shape[1]!,
      i % shape[2]!,
    ]);
  return all(counts).flatMap((place) =>
    Array.from({ length: channels }, (_, c) =>
      all([width, width, width]).reduce((sum, tap, t) => {
        const at = tap.map((offset, a) => place[a]! * stride + offset - before[a]!);
        if (at.some((p, a) => p < 0 || p >= size[a]!)) return sum;
        const voxel = (at[0]! * size[1]! + at[1]!) * size[2]! + at[2]!;
        return sum + x[voxel * channels + c]! * kernel[t * channels + c]!;
      }, 0),
    ),
  );
}

it('convolves each channel by itself, in parts of sixteen', () => {
  const [size, channels] = [[2, 3, 4], 19];
  const { tensor, values: x } = drawn([1, ...size, channels], 6);
  const zeros = tf.initializers.zeros();
  const begins = { kernelInitializer: zeros, biasInitializer: zeros };
  const layer = depthwiseConvolution(tf, { name: 'depthwise', channels, axes: 3, ...begins });
  const { shape, values, weights } = applied(layer, [tensor]);
  expect(shape).toEqual([1, ...size, channels]);
  const [kernel, bias] = weights as [number[], number[]];
  const sums = convolvedAlone(x, size, channels, kernel, { width: 3, stride: 1, counts: size });
  expectClose(
    values,
    sums.map((sum, i) => sum + bias[i % channels]!),
  );
});

it.each([
  ['smaller than the map', [4, 6, 5], 2, [2, 3, 3]],
  ['larger than the map', [4, 6, 5], 7, [1, 1, 1]],
])('reduces each channel by kernels that overlap, %s', (_, size, stride, counts) => {
  const channels = 2;
  const { tensor, values: x } = drawn([1, ...size, channels], 8);
  const zeros = tf.initializers.zeros();
  const begins = { kernelInitializer: zeros, biasInitializer: zeros };
  const reduction = { name: 'reduction', channels, axes: 3, stride, bias: true, ...begins };
  const { shape, values, weights } = applied(depthwiseReduction(tf, reduction), [tensor]);
  expect(shape).toEqual([1, ...counts, channels]);
  const [kernel, bias] = weights as [number[], number[]];
  const sums = convolvedAlone(x, size, channels, kernel, { width: stride + 1, stride, counts });
  expectClose(
    values,
    sums.map((sum, i) => sum + bias[i % channels]!),
  );
});

it('spreads to neighbours what was gathered from them', () => {
  const { tensor, values } = drawn([1, 2, 4, 6, 3], 9);
  const gathered = gatherNeighbours(tf, 'gather').apply(tensor) as Tensor;
  const spread = spreadNeighbours(tf, 'spread').apply(gathered) as Tensor;
  expect(spread.shape).toEqual([1, 2, 4, 6, 3]);
  expectClose([...spread.dataSync()], values);
});

it('normalizes an image by itself, and leaves a single place as it is', () => {
  const { tensor, values } = drawn([1, 2, 3, 2], 10);
  const many = applied(imageNormalization(tf, 'many', 2), [tensor]);
  const [gamma, beta] = many.weights as [number[], number[]];
  const expected = values.map((value, i) => {
    const own = values.filter((_, j) => j % 2 === i % 2);
    const mean = own.reduce((a, b) => a + b) / 6;
    const variance = own.reduce((a, b) => a + (b - mean) ** 2, 0) / 6;
    return ((value - mean) / Math.sqrt(variance + 1e-5)) * gamma[i % 2]! + beta[i % 2]!;
  });
  expectClose(many.values, expected);
  const one = applied(imageNormalization(tf, 'one', 2), [tf.tensor([3, -5], [1, 1, 1, 2])]);
  expectClose(one.values, [3 * gamma[0]! + beta[0]!, -5 * gamma[1]! + beta[1]!]);
});

import type { SymbolicTensor, Tensor } from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uniformStream } from '../../../../../src/imaging/phantoms/random';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import { dualAttention } from '../../../../../src/runtime/networks/architectures/dual-attention';
import { memoryOfNetwork } from '../../../../../src/runtime/networks/architectures/memory-of-network';
import { attention } from '../../../../../src/runtime/networks/layers/attention';
import { coordinateAttention } from '../../../../../src/runtime/networks/layers/coordinate-attention';
import type { Layer } from '../../../../../src/runtime/networks/layers/custom-layer';
import { openTensorFlow, type TensorFlow } from '../../../../../src/runtime/networks/tensorflow';
import {
  buildNetwork,
  countParameters,
  expectArchitecture,
} from '../../../../support/architecture';

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

describe('dual-attention VoxelMorph', () => {
  it.each([
    ['slices', [8, 12], 'displacement'],
    ['volumes', [8, 4, 12], 'velocity'],
  ])('keeps what an architecture promises: %s', (_, sizeVoxels, predicts) => {
    const settings = { encoder: [2, 3], decoder: [3, 2, 3, 2], predicts };
    expectArchitecture(tf, { architecture: dualAttention, settings, sizeVoxels });
  });

  it('has the parameters of VoxelMorph and of its attention', () => {
    const count = (sizeVoxels: readonly number[]) =>
      countParameters(tf, { architecture: dualAttention, settings: {}, sizeVoxels });
    // Queries and keys of 4 channels, values, a scale; squeezed to 8, normalized, a gate for each axis.
    const position = 2 * (32 * 4 + 4) + 32 * 32 + 32 + 1;
    const coordinate = (axes: number) => 32 * 8 + 8 + 16 + axes * (8 * 32 + 32);
    expect(count([16, 16, 16])).toBe(327_331 + position + coordinate(3));
    expect(count([16, 16])).toBe(
      304 +
        4_640 +
        3 * 9_248 +
        3 * 18_464 +
        13_856 +
        4_624 +
        2_320 +
        290 +
        position +
        coordinate(2),
    );
  });

  it('counts a number for each pair of places, where the map is smallest alone', () => {
    const memory = (sizeVoxels: readonly number[]) => {
      const { model } = buildNetwork(tf, { architecture: dualAttention, settings: {}, sizeVoxels });
      const inside = memoryOfNetwork(model).activationBytes;
      model.dispose();
      return inside;
    };
    // Four times the places: sixteen times the pairs, twice the profile, and four times all the rest.
    const [places, along] = [2 * 4, 2 + 4];
    const pairs = 3 * (16 - 4) * places ** 2;
    const profiles = (2 - 4) * along * (5 * 32 + 9 * 8);
    expect(memory([64, 128]) - 4 * memory([32, 64])).toBe(4 * (pairs + profiles));
  });
});

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

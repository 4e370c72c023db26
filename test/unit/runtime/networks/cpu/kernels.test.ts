import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import {
  OutOfTensorMemory,
  TensorMemory,
} from '../../../../../src/runtime/networks/cpu/tensor-memory';
import {
  closeTensorFlow,
  openTensorFlow,
  type TensorFlow,
} from '../../../../../src/runtime/networks/tensorflow';
import { poolThreadStarter } from '../../../../support/pool-threads';

const cases: Readonly<
  Record<string, { readonly shapes: number[][]; of(tf: TensorFlow, a: Tensor[]): Tensor }>
> = {
  'a sum of equal shapes': {
    shapes: [
      [3, 5, 7],
      [3, 5, 7],
    ],
    of: (_, [a, b]) => a!.add(b!),
  },
  'a bias of three': { shapes: [[2, 5, 7, 3], [3]], of: (_, [a, b]) => a!.add(b!) },
  'a bias of sixteen on many': {
    shapes: [
      [2, 70, 41, 16],
      [1, 1, 1, 16],
    ],
    of: (_, [a, b]) => a!.mul(b!),
  },
  'a number less a tensor': { shapes: [[], [5, 7]], of: (_, [a, b]) => a!.sub(b!) },
  'a row and a column': {
    shapes: [
      [5, 1],
      [1, 3],
    ],
    of: (_, [a, b]) => a!.mul(b!),
  },
  'a quotient and a root': {
    shapes: [[70_001], [70_001]],
    of: (_, [a, b]) => a!.div(b!.square().add(1).sqrt()),
  },
  'leaky relu': { shapes: [[2, 40_003]], of: (tf, [a]) => tf.leakyRelu(a!, 0.2) },
  relu: { shapes: [[2, 13]], of: (tf, [a]) => tf.relu(a!) },
  'largest in 2-D, with a rest': {
    shapes: [[2, 7, 9, 5]],
    of: (tf, [a]) => tf.maxPool(a as Tensor4D, 2, 2, 'valid'),
  },
  'largest in 3-D': {
    shapes: [[2, 4, 6, 8, 3]],
    of: (tf, [a]) => tf.maxPool3d(a as Tensor5D, 2, 2, 'same'),
  },
  'largest of windows that overlap': {
    shapes: [[1, 7, 9, 5]],
    of: (tf, [a]) => tf.maxPool(a as Tensor4D, 3, 2, 'same'),
  },
  'rows and columns doubled': {
    shapes: [[1, 5, 7, 6]],
    of: (tf, [a]) => tf.image.resizeNearestNeighbor(a as Tensor4D, [10, 14]),
  },
  'channels side by side': {
    shapes: [
      [2, 3, 5, 2],
      [2, 3, 5, 3],
    ],
    of: (tf, [a, b]) => tf.concat([a!, b!], -1),
  },
  'a part of the rows': { shapes: [[4, 6, 3]], of: (_, [a]) => a!.slice([1, 0, 0], [2, -1, -1]) },
  'the second of three equal parts': {
    shapes: [[2, 5, 9]],
    of: (tf, [a]) => tf.split(a!, 3, -1)[1]!,
  },
  'the first of two parts of the rows': {
    shapes: [[7, 5]],
    of: (tf, [a]) => tf.split(a!, [3, 4], 0)[0]!,
  },
  'a corner': { shapes: [[4, 6, 3]], of: (_, [a]) => a!.slice([1, 2, 0], [2, 2, 3]) },
  'a sum that leaves a batch of one': {
    shapes: [[1, 4, 5, 6, 3]],
    of: (_, [a]) => a!.sum([1, 2, 3]),
  },
  'a sum over rows of single numbers': { shapes: [[5, 1]], of: (_, [a]) => a!.sum(0, true) },
  'a sum over the middle': { shapes: [[3, 4, 5]], of: (_, [a]) => a!.sum(1) },
  'a mean': { shapes: [[7, 9, 11]], of: (_, [a]) => a!.mean() },
};

let tf: TensorFlow;
const device = createCpuDevice({ threads: 1 });

beforeAll(async () => {
  tf = await openTensorFlow(device);
});
afterAll(() => closeTensorFlow(tf));

/** What an op gives, and what comes back to each of its inputs. */
function evaluate(name: string): number[][] {
  const { shapes, of } = cases[name] as (typeof cases)[string];
  return tf.tidy(() => {
    const inputs = shapes.map((shape, i) => tf.randomUniform(shape, -1, 1, 'float32', i + 1));
    const y = of(tf, inputs);
    const dy = tf.randomUniform(y.shape, -1, 1, 'float32', 9);
    const back = tf.grads((...all) => of(tf, all))(inputs, dy);
    return [y, ...back].map((tensor) => Array.from(tensor.dataSync()));
  });
}

it.each(Object.keys(cases))('%s is as TensorFlow.js has it, with its gradient', async (name) => {
  const before = tf.memory().numTensors;
  const ours = evaluate(name);
  await tf.setBackend('cpu');
  const theirs = evaluate(name);
  await tf.setBackend('weft');
  expect(ours.map(({ length }) => length)).toEqual(theirs.map(({ length }) => length));
  theirs.forEach((list, output) => {
    const worst = list.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (ours[output]?.[i] as number))),
      0,
    );
    // Theirs adds long sums in float32.
    expect(worst / Math.max(1, ...list.map(Math.abs))).toBeLessThan(1e-5);
  });
  expect(tf.memory().numTensors).toBe(before);
});

it('is equal to the bit on two threads', async () => {
  const alone = Object.keys(cases).map(evaluate);
  closeTensorFlow(tf);
  const two = createCpuDevice({ threads: 2, spawnThread: await poolThreadStarter() });
  await openTensorFlow(two);
  expect(Object.keys(cases).map(evaluate)).toEqual(alone);
  closeTensorFlow(tf);
  two.destroy();
  tf = await openTensorFlow(device);
});

it('reads copies: what is read stays when its tensor is gone', () => {
  const sum = tf.tidy(() => tf.ones([100]).add(1));
  const read = sum.dataSync();
  const part = sum.slice([10], [5]);
  sum.dispose();
  tf.tidy(() => void tf.ones([100]).add(41));
  expect([read[0], ...part.dataSync()]).toEqual([2, 2, 2, 2, 2, 2]);
  part.dispose();
});

it('gives memory back, joins it, grows, and says how much was asked for where it cannot', () => {
  const memory = new TensorMemory({ shared: false, mostBytes: 64 << 20 });
  const blocks = [1000, 2000, 3000].map((bytes) => memory.allocate(bytes));
  expect(blocks.every((address) => address % 64 === 0)).toBe(true);
  memory.floats(blocks[0]!, 1).fill(7);
  const large = memory.allocate(20 << 20);
  expect(memory.floats(blocks[0]!, 1)[0]).toBe(7);
  for (const address of [blocks[1]!, blocks[0]!, blocks[2]!]) memory.free(address);
  // The three lie side by side and are one again.
  expect(memory.allocate(6000)).toBe(blocks[0]);
  memory.free(large);
  memory.free(blocks[0]!);
  expect(memory.heldBytes).toBe(0);
  const asking = () => memory.allocate(100 << 20);
  expect(asking).toThrow(OutOfTensorMemory);
  expect(asking).toThrow(/104857600 bytes/);
});

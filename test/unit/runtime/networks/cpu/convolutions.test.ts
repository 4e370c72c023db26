import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import type { Device } from '../../../../../src/runtime/devices';
import {
  closeTensorFlow,
  openTensorFlow,
  type TensorFlow,
} from '../../../../../src/runtime/networks/tensorflow';
import { poolThreadStarter } from '../../../../support/pool-threads';

/** Odd sizes, so that no tile comes out even; channels around four and eight. */
const cases = [
  ...[1, 2, 3, 5].flatMap((channelsIn) =>
    [1, 3, 5, 8, 16].map((channelsOut) => ({ channelsIn, channelsOut })),
  ),
  { channelsIn: 16, channelsOut: 12 },
  { channelsIn: 9, channelsOut: 22 },
].map((channels, index) => ({
  ...channels,
  size: [3 + (index % 3), 5 + (index % 4), 7 + ((index * 5) % 9)] as const,
  taps: [1, 3, 5, 2][index % 4] as number,
  stride: ([1, 2, [1, 2, 1], 1, [2, 1, 3]] as const)[index % 5] as
    | number
    | [number, number, number],
  pad: (['same', 'valid'] as const)[Math.floor(index / 2) % 2] as 'same' | 'valid',
  batch: 1 + (index % 2),
}));

let tf: TensorFlow;
let device: Device;
let spawn: Awaited<ReturnType<typeof poolThreadStarter>>;

beforeAll(async () => {
  spawn = await poolThreadStarter();
  device = createCpuDevice({ threads: 1 });
  tf = await openTensorFlow(device);
});
afterAll(() => {
  closeTensorFlow(tf);
  device.destroy();
});

/** Values that differ from place to place, the same each time. */
function values(tf: TensorFlow, shape: number[], seed: number): Tensor {
  return tf.randomUniform(shape, -1, 1, 'float32', seed);
}

/** A convolution and both gradients, for one case in 3-D and, without its depth, in 2-D. */
function evaluate(tf: TensorFlow, index: number, dimensions: 2 | 3): number[][] {
  const { channelsIn, channelsOut, size, taps, stride, pad, batch } = cases[
    index
  ] as (typeof cases)[number];
  const strides = [stride].flat();
  const steps = strides.length === 1 ? [...strides, ...strides, ...strides] : strides;
  const spatial = size.slice(3 - dimensions).map((n) => (pad === 'valid' ? n + 2 : n));
  const kernel = Array.from({ length: dimensions }, () => Math.min(taps, ...spatial));
  return tf.tidy(() => {
    const x = values(tf, [batch, ...spatial, channelsIn], index);
    const filter = values(tf, [...kernel, channelsIn, channelsOut], index + 100);
    const convolve = (x: Tensor, filter: Tensor): Tensor =>
      dimensions === 3
        ? tf.conv3d(x as Tensor5D, filter as Tensor5D, steps as [number, number, number], pad)
        : tf.conv2d(x as Tensor4D, filter as Tensor4D, steps.slice(1) as [number, number], pad);
    const y = convolve(x, filter);
    const dy = values(tf, y.shape, index + 200);
    const [byX, byFilter] = tf.grads(convolve)([x, filter], dy) as [Tensor, Tensor];
    return [y, byX, byFilter].map((tensor) => Array.from(tensor.dataSync()));
  });
}

async function onOwnBackend<Result>(tf: TensorFlow, work: () => Result): Promise<Result> {
  await tf.setBackend('cpu');
  try {
    return work();
  } finally {
    await tf.setBackend('weft');
  }
}

function expectClose(given: readonly number[][], wanted: readonly number[][], name: string): void {
  wanted.forEach((list, output) => {
    const found = given[output] as number[];
    expect(found).toHaveLength(list.length);
    const scale = Math.max(...list.map(Math.abs), 1);
    const worst = list.reduce((most, value, i) => {
      const difference = Math.abs((found[i] as number) - value);
      return difference <= most ? most : difference;
    }, 0);
    expect.soft(worst / scale, `${name}, output ${output}`).toBeLessThan(2e-6);
  });
}

describe('convolutions and their gradients', () => {
  it.each([2, 3] as const)('are those of TensorFlow.js in %i-D', async (dimensions) => {
    const before = tf.memory();
    for (const index of cases.keys()) {
      const ours = evaluate(tf, index, dimensions);
      expectClose(
        ours,
        await onOwnBackend(tf, () => evaluate(tf, index, dimensions)),
        JSON.stringify(cases[index]),
      );
    }
    expect(tf.memory()).toEqual(
      expect.objectContaining({ ...before, weftReservedBytes: expect.any(Number) }),
    );
  });

  it('are equal to the bit on two threads', { timeout: 60_000 }, async () => {
    const alone = [...cases.keys()].map((index) => evaluate(tf, index, 3));
    closeTensorFlow(tf);
    const two = createCpuDevice({ threads: 2, spawnThread: spawn });
    await openTensorFlow(two);
    for (const index of cases.keys()) expect(evaluate(tf, index, 3)).toEqual(alone[index]);
    closeTensorFlow(tf);
    two.destroy();
    tf = await openTensorFlow(device);
  });
});

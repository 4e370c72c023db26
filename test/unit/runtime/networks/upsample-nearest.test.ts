import type { Tensor } from '@tensorflow/tfjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCpuDevice } from '../../../../src/runtime/cpu/device';
import { upsampleNearest } from '../../../../src/runtime/networks/layers/upsample-nearest';
import { openTensorFlow, type TensorFlow } from '../../../../src/runtime/networks/tensorflow';

let tf: TensorFlow;
beforeEach(async () => {
  tf = await openTensorFlow(createCpuDevice({ threads: 1 }));
  tf.engine().startScope();
});
afterEach(() => tf.engine().endScope());

it.each([
  ['slices', [2, 3, 2, 2]],
  ['volumes', [2, 2, 3, 2, 2]],
])('repeats every sample along every axis, and sums what comes back: %s', (_, shape) => {
  const layer = upsampleNearest(tf, 'up');
  const input = tf
    .range(
      0,
      shape.reduce((a, b) => a * b, 1),
    )
    .reshape(shape);
  const output = layer.apply(input) as Tensor;
  const larger = shape.map((n, axis) => (axis === 0 || axis === shape.length - 1 ? n : 2 * n));
  expect(output.shape).toEqual(larger);
  expect(layer.computeOutputShape(shape)).toEqual(larger);

  const values = output.dataSync();
  const cotangent = Float32Array.from(values, (_value, i) => (i * 7) % 11);
  const sums = new Float32Array(input.size);
  for (let i = 0; i < values.length; i += 1) {
    const place = coordinates(i, larger);
    const source = place.map((n, axis) =>
      axis === 0 || axis === shape.length - 1 ? n : Math.floor(n / 2),
    );
    const index = source.reduce((flat, n, axis) => flat * (shape[axis] as number) + n, 0);
    expect(values[i]).toBe(index);
    sums[index] = (sums[index] as number) + (cotangent[i] as number);
  }
  const gradient = tf.grad((x: Tensor) =>
    (layer.apply(x) as Tensor).mul(tf.tensor(cotangent, larger)).sum(),
  );
  expect([...gradient(input).dataSync()]).toEqual([...sums]);
});

function coordinates(flat: number, shape: readonly number[]): number[] {
  let rest = flat;
  return shape
    .map((_, axis) => {
      const size = shape[shape.length - 1 - axis] as number;
      const n = rest % size;
      rest = Math.floor(rest / size);
      return n;
    })
    .reverse();
}

import type { Tensor } from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCpuDevice } from '../../../../src/runtime/cpu/device';
import { createFieldOps, type FieldOps } from '../../../../src/runtime/networks/field-ops';
import { FieldRunner } from '../../../../src/runtime/networks/field-runner';
import { openTensorFlow, type TensorFlow } from '../../../../src/runtime/networks/tensorflow';
import { gaussianTaps } from '../../../../src/runtime/ops/smooth/taps';
import { fieldLosses, startFieldTraining } from '../../../support/field-network';
import {
  fieldOn as fieldOfSupport,
  fieldOpCases,
  imageOn as imageOfSupport,
  placesOf,
  readAt,
  slopes,
} from '../../../support/field-ops';
import { relativeDifference } from '../../../support/network';

const device = createCpuDevice({ threads: 1 });

let tf: TensorFlow;
let ops: FieldOps;

beforeEach(async () => {
  tf = await openTensorFlow(device);
  ops = createFieldOps(tf, device, { verify: true });
});

afterEach(() => {
  ops.destroy();
});

const plane = [1, 6, 7];
const volume = [1, 4, 5, 6];
const spaces = [
  ['2-D', plane],
  ['3-D', volume],
] as const;

const fieldOn = (space: readonly number[], scale: number, seed = 2) =>
  fieldOfSupport(tf, space, { scale, seed });
const imageOn = (space: readonly number[], channels: number) => imageOfSupport(tf, space, channels);
const opNames = [
  'warp',
  'warp of channels, coarse',
  'exponentiate',
  'exponentiate, coarse',
  'compose',
  'resize',
  'smooth',
  'affine',
] as const;
const vectorAt = (field: Tensor, point: readonly number[]) =>
  point.map((_, axis) => readAt(field, point, axis));
const plus = (a: readonly number[], b: readonly number[]) => a.map((v, i) => v + (b[i] as number));
const times = (a: readonly number[], by: number) => a.map((v) => v * by);

describe.each(spaces)('in %s', (_, space) => {
  it.each([1, 2, 5])('warps an image of %i channels as plain loops do', (channels) => {
    const [image, field] = [imageOn(space, channels), fieldOn(space, 1.7)];
    const expected = placesOf(image).flatMap((at) =>
      Array.from({ length: channels }, (_, c) => readAt(image, plus(at, vectorAt(field, at)), c)),
    );
    const warped = ops.warp(image, field);
    expect(warped.shape).toEqual(image.shape);
    expect(relativeDifference(warped.dataSync(), expected)).toBeLessThan(1e-5);
  });

  it.each([1, 2])('composes fields on every %i voxels as plain loops do', (every) => {
    const [outer, inner] = [fieldOn(space, 1.2, 3), fieldOn(space, 1.7)];
    const expected = placesOf(inner).flatMap((at) => {
      const by = vectorAt(inner, at);
      return plus(by, vectorAt(outer, plus(at, times(by, 1 / every))));
    });
    const composed = ops.compose(outer, inner, every === 1 ? undefined : every);
    expect(relativeDifference(composed.dataSync(), expected)).toBeLessThan(1e-5);
  });

  it('leaves a constant velocity as it is, and squares another', () => {
    const constant = tf.ones([...space, space.length - 1]).mul(1.25);
    const flow = ops.exponentiate(constant, { squarings: 7, everyVoxels: 2 });
    expect(relativeDifference(flow.dataSync(), constant.dataSync())).toBeLessThan(1e-6);

    const velocity = fieldOn(space, 1.5);
    const half = velocity.div(2);
    expect(
      relativeDifference(
        ops.exponentiate(velocity, { squarings: 1, everyVoxels: 2 }).dataSync(),
        ops.compose(half, half, 2).dataSync(),
      ),
    ).toBeLessThan(1e-6);
  });

  it('reads a value at other samples of the same box', () => {
    const value = imageOn(space, 2);
    const from = [...space.slice(1)].reverse();
    const to = from.map((n, axis) => (axis === 1 ? n + 3 : Math.ceil(n / 2)));
    const resized = ops.resize(value, to);
    expect(resized.shape).toEqual([1, ...[...to].reverse(), 2]);
    const expected = placesOf(resized).flatMap((at) => {
      const point = at.map((i, axis) => ((i + 0.5) * from[axis]!) / to[axis]! - 0.5);
      return [0, 1].map((c) => readAt(value, point, c));
    });
    expect(relativeDifference(resized.dataSync(), expected)).toBeLessThan(1e-5);
  });

  it('smooths, and leaves a constant as it is', () => {
    const constant = tf.ones([...space, 2]).mul(3);
    expect(
      relativeDifference(ops.smooth(constant, 1.5).dataSync(), constant.dataSync()),
    ).toBeLessThan(1e-6);
    const value = imageOn(space, 2);
    const sizes = [...space.slice(1)].reverse();
    const taps = gaussianTaps(1.2, 3);
    const weight = (axis: number, at: number, from: number) => {
      const tap = (to: number) => taps[to - at + 3] ?? 0;
      const inside = Array.from({ length: sizes[axis] as number }, (_, to) => tap(to));
      return tap(from) / inside.reduce((sum, t) => sum + t, 0);
    };
    const places = placesOf(value);
    const expected = places.flatMap((at) =>
      [0, 1].map((c) =>
        places.reduce(
          (sum, from) =>
            sum +
            readAt(value, from, c) *
              from.reduce((product, f, axis) => product * weight(axis, at[axis]!, f), 1),
          0,
        ),
      ),
    );
    expect(relativeDifference(ops.smooth(value, 1.2).dataSync(), expected)).toBeLessThan(1e-5);
    expect(ops.smooth(value, 0).dataSync()).toEqual(value.dataSync());
  });

  it.each(opNames)('says the slope of %s in each input', (name) => {
    const { inputs, apply } = fieldOpCases(tf, ops, space)[name]();
    inputs.forEach((_input, place) => {
      const { said, measured } = slopes(tf, apply, inputs, place, 1e-3);
      expect(Math.abs(said)).toBeGreaterThan(0.05);
      expect(Math.abs(measured / said - 1), `input ${place}`).toBeLessThan(5e-3);
    });
  });
});

it('flows along an affine velocity as the matrix exponential says', () => {
  // v(x) = a (x - c) along x alone; its flow is (e^a - 1)(x - c), inside where nothing comes from beyond the edge.
  const [nx, ny, a, c] = [17, 3, -0.4, 8];
  const velocity = tf.tensor(
    Array.from({ length: nx * ny }, (_, i) => [a * ((i % nx) - c), 0]).flat(),
    [1, ny, nx, 2],
  );
  const flow = ops.exponentiate(velocity, { squarings: 7, everyVoxels: 1 }).dataSync();
  for (let x = 0; x < nx; x += 1) {
    expect(flow[2 * (nx + x)]).toBeCloseTo((Math.exp(a) - 1) * (x - c), 2);
    expect(flow[2 * (nx + x) + 1]).toBeCloseTo(0, 6);
  }
});

it('adds translations up, and undoes one by its opposite', () => {
  const by = (...v: number[]) => tf.ones([1, 4, 5, 2]).mul(tf.tensor(v));
  const sum = ops.compose(by(1.5, -2), by(0.25, 1));
  expect(relativeDifference(sum.dataSync(), by(1.75, -1).dataSync())).toBeLessThan(1e-6);
  expect(Math.max(...ops.compose(by(1, 2), by(-1, -2)).dataSync())).toBe(0);
});

it('treats each element of a batch by itself, gradients too', () => {
  const [image, field] = [imageOn([2, 6, 7], 3), fieldOn([2, 6, 7], 0.8)];
  const warp = (i: Tensor, u: Tensor) =>
    ops.warp(i, ops.exponentiate(u, { squarings: 2, everyVoxels: 1 }));
  const loss = (i: Tensor, u: Tensor) => tf.sum(warp(i, u).square());
  const together = tf.grads(loss)([image, field]);
  [0, 1].forEach((element) => {
    const [i, u] = [image, field].map((t) => tf.slice(t, element, 1)) as [Tensor, Tensor];
    const alone = [warp(i, u), ...tf.grads(loss)([i, u])];
    [warp(image, field), ...together].forEach((tensor, k) => {
      expect(tf.slice(tensor, element, 1).dataSync()).toEqual(alone[k]?.dataSync());
    });
  });
});

it('leaves what it gave alone when it is asked again, and frees what it used', () => {
  const [image, field] = [imageOn(volume, 1), fieldOn(volume, 0.8)];
  const first = ops.warp(image, field);
  const before = first.dataSync().slice();
  ops.warp(image, field.mul(-1)).dispose();
  expect(first.dataSync()).toEqual(before);

  const count = () => tf.memory().numTensors;
  const tensors = count();
  const step = () =>
    tf.dispose(
      tf.variableGrads(
        () =>
          tf.sum(
            ops
              .warp(
                image,
                ops.smooth(ops.exponentiate(weights, { squarings: 2, everyVoxels: 1 }), 1),
              )
              .square(),
          ),
        [weights],
      ),
    );
  const weights = tf.variable(field);
  step();
  const after = count();
  step();
  expect(count()).toBe(after);
  expect(after).toBe(tensors + 1);
});

it('does not ask for the gradient of an image that nobody trains', () => {
  const asked = vi.spyOn(FieldRunner.prototype, 'gradient');
  const image = imageOn(plane, 1);
  tf.grad((field: Tensor) => tf.sum(ops.warp(image, field)))(fieldOn(plane, 0.5));
  expect(asked.mock.calls.map(([to]) => to)).toEqual([[1]]);
  tf.grad((given: Tensor) => tf.sum(ops.warp(given, fieldOn(plane, 0.5))))(image);
  expect(asked.mock.calls.map(([to]) => to)).toContainEqual([0]);
  asked.mockRestore();
});

it('refuses what does not go together', () => {
  const image = imageOn(plane, 1);
  expect(() => ops.warp(image, fieldOn([1, 6, 8], 1))).toThrow('[1,6,7,1] and [1,6,8,2]');
  expect(() => ops.warp(image, imageOn(plane, 3))).toThrow('3 channels for 2 dimensions');
  expect(() => ops.warp(tf.zeros([6, 7]), fieldOn(plane, 1))).toThrow(RangeError);
  expect(() => ops.exponentiate(fieldOn(plane, 1), { squarings: 13, everyVoxels: 1 })).toThrow(
    '13',
  );
  expect(() => ops.exponentiate(fieldOn(plane, 1), { squarings: 3, everyVoxels: 0 })).toThrow(
    'every 0 voxels',
  );
  expect(() => ops.compose(fieldOn(plane, 1), fieldOn([1, 6, 8], 1))).toThrow(RangeError);
  expect(() => ops.resize(image, [3, 4, 5])).toThrow('2 dimensions');
  expect(() => ops.resize(image, [3, 0])).toThrow(RangeError);
  expect(() => ops.smooth(image, 200)).toThrow('200');
});

it('trains a network with flow and warp inside, and frees what it used', async () => {
  const run = async () => {
    const training = startFieldTraining(tf, device);
    const losses = await fieldLosses(training, 25);
    training.destroy();
    return losses;
  };
  const tensors = tf.memory().numTensors;
  const losses = await run();
  expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] as number));
  expect(await run()).toEqual(losses);
  expect(tf.memory().numTensors).toBe(tensors);
});

import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../../../src/runtime/cpu/device';
import { NothingWeighed } from '../../../../src/runtime/networks/compile-objective';
import { createFieldOps, type FieldOps } from '../../../../src/runtime/networks/field-ops';
import { localWeightOf } from '../../../../src/runtime/networks/local-weight';
import { objectiveAsTensorOp } from '../../../../src/runtime/networks/tensor-op';
import { openTensorFlow, type TensorFlow } from '../../../../src/runtime/networks/tensorflow';
import {
  compileFor,
  slicePair,
  smoothDisplacement,
  wiredObjectives,
} from '../../../support/network';

const device = createCpuDevice({ threads: 1 });
let tf: TensorFlow;
let fields: FieldOps;
beforeAll(async () => {
  tf = await openTensorFlow(device);
  fields = createFieldOps(tf, device);
});

/** Of a field on every second voxel of a slice of 32 × 24. */
const options = { largestFactor: 9, sizeVoxels: [32, 24] };
const rawOf = (value: (x: number, y: number) => number) =>
  tf.tensor(
    Array.from({ length: 16 * 12 }, (_, i) => value(i % 16, Math.floor(i / 16))),
    [1, 12, 16, 1],
  );

describe('a weight that is learned', () => {
  it.each<[string, (x: number, y: number) => number]>([
    ['nothing is said', () => 0],
    ['it is said to count less everywhere', () => -1e6],
    ['places differ as much as they can', (x) => (x < 8 ? -1e6 : 1e6)],
  ])('has a geometric mean of 1 and keeps its bounds where %s', (_, value) => {
    const weight = localWeightOf(tf, fields, rawOf(value), options);
    expect(weight.shape).toEqual([1, 24, 32, 1]);
    expect(weight.log().mean().dataSync()[0]).toBeCloseTo(0, 5);
    expect(weight.max().dataSync()[0]).toBeLessThanOrEqual(9.001);
    expect(weight.min().dataSync()[0]).toBeGreaterThanOrEqual(1 / 9.001);
  });

  it('comes to be less where bending costs more, and cannot cost less than the geometric mean', () => {
    // What bending costs: ten times as much on the left.
    const costs = tf.tensor(
      Array.from({ length: 32 * 24 }, (_, i) => (i % 32 < 16 ? 10 : 1)),
      [1, 24, 32, 1],
    );
    const mean = (raw: Tensor): Scalar =>
      localWeightOf(tf, fields, raw, options).mul(costs).mean() as Scalar;
    let raw: Tensor = rawOf(() => 0);
    const before = mean(raw).dataSync()[0]!;
    for (let step = 0; step < 60; step += 1) {
      const from = raw;
      raw = tf.tidy(() => from.sub(tf.grad(mean)(from).mul(20)));
    }
    const after = mean(raw).dataSync()[0]!;
    expect(before).toBeCloseTo(5.5, 4);
    expect(after).toBeLessThan(0.8 * before);
    expect(after).toBeGreaterThanOrEqual(Math.sqrt(10) - 1e-3);
    const learned = localWeightOf(tf, fields, raw, options).dataSync();
    expect(learned[0]).toBeLessThan(0.6);
    expect(learned[31]).toBeGreaterThan(1.6);
  });

  it('weighs regularizers, each by its place, and similarities not at all', async () => {
    const pair = slicePair();
    const displacement = smoothDisplacement(tf, pair.fixedGrid, 0.6);
    const [nx, ny] = pair.fixedGrid.sizeVoxels;
    const lossOf = async (weights: { lncc: number; diffusion: number }, localWeight?: Tensor) => {
      const hasLocalWeight = localWeight !== undefined;
      const compiled = compileFor(pair, wiredObjectives(weights), { hasLocalWeight });
      const op = await objectiveAsTensorOp(tf, compiled, device);
      op.setImages(pair.fixed, pair.moving);
      const [loss] = op.loss(displacement, localWeight).dataSync();
      op.destroy();
      return loss!;
    };
    const tripled = tf.fill([1, ny, nx, 1], 3);
    const left = tf.tensor(
      Array.from({ length: nx * ny }, (_, i) => (i % nx < nx / 2 ? 1 : 0)),
      [1, ny, nx, 1],
    );
    const similarity = await lossOf({ lncc: 1, diffusion: 0 });
    const roughness = await lossOf({ lncc: 0, diffusion: 1 });
    expect(await lossOf({ lncc: 1, diffusion: 1 }, tripled)).toBeCloseTo(
      similarity + 3 * roughness,
      5,
    );
    const [there, elsewhere] = [
      await lossOf({ lncc: 0, diffusion: 1 }, left),
      await lossOf({ lncc: 0, diffusion: 1 }, tf.sub(1, left)),
    ];
    expect(there).toBeGreaterThan(0);
    expect(elsewhere).toBeGreaterThan(0);
    expect(there + elsewhere).toBeCloseTo(roughness, 5);
  });

  it('needs a regularizer', () => {
    const [similarity] = wiredObjectives();
    expect(() => compileFor(slicePair(), [similarity!], { hasLocalWeight: true })).toThrow(
      NothingWeighed,
    );
  });
});

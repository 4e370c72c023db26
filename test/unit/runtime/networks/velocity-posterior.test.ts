import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { uniformStream } from '../../../../src/imaging/phantoms/random';
import { createCpuDevice } from '../../../../src/runtime/cpu/device';
import { openTensorFlow, type TensorFlow } from '../../../../src/runtime/networks/tensorflow';
import {
  divergenceFromPrior,
  drawnVelocity,
} from '../../../../src/runtime/networks/velocity-posterior';

let tf: TensorFlow;
beforeAll(async () => {
  tf = await openTensorFlow(createCpuDevice({ threads: 1 }));
});

describe('how sure a network is of its velocity', () => {
  it('costs what is reckoned by hand', () => {
    // Two samples beside each other along x, so each has one neighbour: components (1, 0) and (3, −1), variances (1, 2) and (3, 1).
    const mean = tf.tensor4d([1, 0, 3, -1], [1, 1, 2, 2]);
    const logVariance = tf.tensor4d([0, Math.log(2), Math.log(3), 0], [1, 1, 2, 2]);
    const cost = (everyVoxels: number) =>
      tf.tidy(
        () =>
          divergenceFromPrior(
            tf,
            { mean, logVariance },
            { precision: 5, everyVoxels },
          ).dataSync()[0],
      );
    // ½ [5 · (1 + 2 + 3 + 1) − log(2 · 3) + 5 · (2² + 1²)] / 2 voxels.
    expect(cost(1)).toBeCloseTo(14.55206, 4);
    // In samples of two voxels: half of the velocities, a quarter of the variances; over 8 voxels.
    expect(cost(2)).toBeCloseTo((5 * 1.75 - Math.log(6) + 4 * Math.log(4) + 5 * 1.25) / 16, 5);
    tf.dispose([mean, logVariance]);
  });

  it('has the gradient of its central differences, of a volume', () => {
    const shape = [1, 2, 3, 2, 3];
    const random = uniformStream(5);
    const numbers = () => Float32Array.from({ length: 36 }, () => 2 * random() - 1);
    const given = [numbers(), numbers()] as const;
    const prior = { precision: 3, everyVoxels: 2 };
    const cost = (mean: Tensor, logVariance: Tensor): Scalar =>
      divergenceFromPrior(tf, { mean, logVariance }, prior);
    const gradients = tf.tidy(() =>
      tf
        .grads((mean, logVariance) => cost(mean as Tensor, logVariance as Tensor))(
          given.map((values) => tf.tensor(values, shape)),
        )
        .map((gradient) => [...gradient.dataSync()]),
    );
    for (const [which, gradient] of gradients.entries()) {
      for (const [index, slope] of gradient.entries()) {
        const at = (step: number) => {
          const moved = given.map((values, other) =>
            values.map((value, i) => (other === which && i === index ? value + step : value)),
          );
          const [mean, logVariance] = moved.map((values) => tf.tensor(values, shape));
          return tf.tidy(() => cost(mean!, logVariance!).dataSync()[0]!);
        };
        expect((at(0.05) - at(-0.05)) / 0.1).toBeCloseTo(slope, 3);
      }
    }
  });

  it('is drawn about the mean with that variance, by the seed alone', () => {
    const shape = [1, 40, 40, 2];
    const posterior = { mean: tf.fill(shape, 3), logVariance: tf.fill(shape, Math.log(0.25)) };
    const drawn = (seed: number) =>
      tf.tidy(() => drawnVelocity(tf, posterior, seed).dataSync<'float32'>());
    const first = drawn(1);
    expect(drawn(1)).toEqual(first);
    expect(drawn(2)).not.toEqual(first);
    const mean = first.reduce((a, b) => a + b, 0) / first.length;
    const variance = first.reduce((sum, value) => sum + (value - mean) ** 2, 0) / first.length;
    expect(mean).toBeCloseTo(3, 1);
    expect(variance).toBeGreaterThan(0.23);
    expect(variance).toBeLessThan(0.27);
    tf.dispose([posterior.mean, posterior.logVariance]);
  });
});

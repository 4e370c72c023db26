import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uniformStream } from '../../../../../src/imaging/phantoms/random';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import { transmorph } from '../../../../../src/runtime/networks/architectures/transmorph';
import { gatherNeighbours } from '../../../../../src/runtime/networks/layers/gather-neighbours';
import { upsampleLinear } from '../../../../../src/runtime/networks/layers/upsample-linear';
import { windowAttention } from '../../../../../src/runtime/networks/layers/window-attention';
import { openTensorFlow, type TensorFlow } from '../../../../../src/runtime/networks/tensorflow';
import { countParameters, expectArchitecture } from '../../../../support/architecture';

let tf: TensorFlow;
beforeAll(async () => {
  tf = await openTensorFlow(createCpuDevice({ threads: 1 }));
});
beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  tf.disposeVariables();
});

describe('TransMorph', () => {
  it.each([
    ['slices, rolled', [64, 64]],
    ['volumes', [32, 32, 32]],
  ])('keeps what an architecture promises: %s', { timeout: 120_000 }, (_, sizeVoxels) => {
    const settings = { channels: 4, fieldChannels: 1, depths: [2, 1, 1, 1], heads: [1, 2, 1, 1] };
    expectArchitecture(tf, { architecture: transmorph, settings, sizeVoxels });
  });

  it('has the published number of parameters', () => {
    const sizeVoxels = [160, 192, 224];
    expect(countParameters(tf, { architecture: transmorph, settings: {}, sizeVoxels })).toBe(
      46_771_251,
    );
  });
});

describe('attention within windows', () => {
  const size = [4, 4, 6];
  const window = [2, 2, 3];
  const [channels, heads] = [4, 2];
  const uniform = (name: string) =>
    tf.initializers.randomUniform({ minval: -1, maxval: 1, seed: name.length });

  it.each([
    ['as they lie', [0, 0, 0]],
    ['rolled', [1, 1, 1]],
  ])('is what its formula says, place by place: %s', (_, shift) => {
    const input = tf.input({ shape: [...size, channels] });
    const layer = windowAttention(tf, {
      name: 'attention',
      channels,
      heads,
      size,
      window,
      shift,
      initializer: uniform,
    });
    const model: LayersModel = tf.model({ inputs: input, outputs: layer.apply(input) as never });
    const random = uniformStream(2);
    const values = Array.from({ length: 96 * channels }, random);
    const output = model.predict(tf.tensor(values, [1, ...size, channels])) as Tensor;
    const [qkv, positions, projection, bias] = model.weights.map((w) => [
      ...w.read().dataSync(),
    ]) as [number[], number[], number[], number[]];

    const places = Array.from({ length: 96 }, (_v, i) => [
      Math.floor(i / 24),
      Math.floor(i / 6) % 4,
      i % 6,
    ]);
    // Window, and side of the border that rolling joins, of a place.
    const windowOf = (place: readonly number[]) =>
      place
        .map((p, a) => {
          const [n, w, s] = [size[a] as number, window[a] as number, shift[a] as number];
          return `${Math.floor(((((p - s) % n) + n) % n) / w)}/${p < s}`;
        })
        .join();
    const feature = (place: number, column: number) =>
      Array.from(
        { length: channels },
        (_v, c) => values[place * channels + c]! * qkv[c * 3 * channels + column]!,
      ).reduce((a, b) => a + b);
    const expected = places.flatMap((place, i) => {
      const together = places.flatMap((other, j) =>
        windowOf(other) === windowOf(place) ? [j] : [],
      );
      const seen: number[] = [];
      for (let h = 0; h < heads; h += 1) {
        const columns = [0, 1].map((c) => 2 * h + c);
        const scores = together.map((j) => {
          const row = window.reduce((r, n, a) => {
            const [from, to] = [place, places[j] as number[]].map(
              (p) =>
                ((((p[a] as number) - (shift[a] as number)) % (size[a] as number)) +
                  (size[a] as number)) %
                (size[a] as number),
            ) as [number, number];
            return r * (2 * n - 1) + (from % n) - (to % n) + n - 1;
          }, 0);
          const dot = columns.reduce((sum, c) => sum + feature(i, c) * feature(j, channels + c), 0);
          return Math.exp(dot / Math.SQRT2 + positions[row * heads + h]!);
        });
        const total = scores.reduce((a, b) => a + b);
        for (const c of columns) {
          seen.push(
            together.reduce(
              (sum, j, k) => sum + (scores[k]! / total) * feature(j, 2 * channels + c),
              0,
            ),
          );
        }
      }
      return Array.from({ length: channels }, (_v, o) =>
        seen.reduce((sum, s, c) => sum + s * projection[c * channels + o]!, bias[o]!),
      );
    });
    const found = output.dataSync();
    const error = expected.map((value, i) => Math.abs(value - found[i]!));
    expect(Math.max(...error)).toBeLessThan(1e-5);
    tf.dispose(output);
    model.dispose();
  });
});

it('doubles linearly, edges staying where they are', () => {
  const line = tf.tensor([0, 4, 8], [1, 1, 3, 1]);
  const doubled = upsampleLinear(tf, 'up').apply(line) as Tensor;
  expect(doubled.shape).toEqual([1, 2, 6, 1]);
  expect([...doubled.dataSync()]).toEqual([0, 1, 3, 5, 7, 8, 0, 1, 3, 5, 7, 8]);
});

it('gathers neighbours as channels', () => {
  const image = tf.range(0, 16).reshape([1, 2, 4, 2]);
  const gathered = gatherNeighbours(tf, 'neighbours').apply(image) as Tensor;
  expect(gathered.shape).toEqual([1, 1, 2, 8]);
  expect([...gathered.dataSync()]).toEqual([0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15]);
});

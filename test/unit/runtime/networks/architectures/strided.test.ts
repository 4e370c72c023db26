import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import { fourierNet } from '../../../../../src/runtime/networks/architectures/fourier-net';
import { architectures } from '../../../../../src/runtime/networks/architectures/index';
import { lkuNet } from '../../../../../src/runtime/networks/architectures/lku-net';
import { symnet } from '../../../../../src/runtime/networks/architectures/symnet';
import { synthmorph } from '../../../../../src/runtime/networks/architectures/synthmorph';
import { bandLimited } from '../../../../../src/runtime/networks/layers/band-limited';
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

// Four strides or poolings: the smallest sizes are 16.
describe.each([
  { architecture: synthmorph, settings: { width: 2 } },
  { architecture: symnet, settings: { width: 1, rangeVoxels: 3 } },
  { architecture: lkuNet, settings: { width: 1 } },
  { architecture: fourierNet, settings: { width: 1, predicts: 'velocity' } },
])('$architecture.title', (tried) => {
  it.each([
    ['slices', [16, 32]],
    ['volumes', [16, 16, 16]],
  ])('keeps what an architecture promises: %s', (_, sizeVoxels) => {
    expectArchitecture(tf, { ...tried, sizeVoxels });
  });
});

it.each([
  // Published in the papers' tables: SYMNet, LKU-Net of 8 and of 4, Fourier-Net of 8 and 16.
  [symnet, {}, 3, 1_124_448],
  [lkuNet, {}, 3, 2_086_342],
  [lkuNet, { width: 4 }, 3, 522_302],
  [fourierNet, {}, 3, 1_050_800],
  [fourierNet, { width: 16 }, 3, 4_198_352],
  // By hand. 2→64, 64→64 thrice, deepest, thrice 128→64, at half size 64→64 twice, field.
  [synthmorph, {}, 3, 27 * 64 * (2 + 3 * 64 + 64 + 3 * 128 + 2 * 64) + 12 * 64 - 2 * 64 + 5_187],
  [symnet, {}, 2, symnetOfSlices()],
])('$name has its number of parameters: %#', (architecture, settings, axes, expected) => {
  const sizeVoxels = Array<number>(axes).fill(16);
  expect(countParameters(tf, { architecture, settings, sizeVoxels })).toBe(expected);
});

/** SYMNet's table once more, for slices and 8 channels: rows of inputs, outputs and kernel samples. */
function symnetOfSlices(): number {
  const down = [
    [2, 8],
    [8, 8],
    [8, 16],
    [16, 16],
    [16, 32],
    [32, 32],
    [32, 64],
    [64, 64],
    [64, 128],
    [128, 64],
  ];
  const up = [
    [128, 64],
    [64, 32],
    [64, 32],
    [32, 16],
    [32, 32],
    [32, 16],
    [24, 16],
    [16, 16],
  ];
  const grow = [64, 32, 16, 16];
  const convolutions = [...down, ...up].reduce((sum, [i = 0, o = 0]) => sum + (9 * i + 1) * o, 0);
  return convolutions + grow.reduce((sum, c) => sum + (4 * c + 1) * c, 0) + 2 * 25 * 16 * 2;
}

it('names every architecture as its file does', () => {
  for (const [name, architecture] of architectures) {
    expect(name).toMatch(/^[a-z][a-z-]*$/);
    expect(JSON.parse(JSON.stringify(architecture.settings.parse({})))).toEqual(
      architecture.settings.parse({}),
    );
  }
});

it('keeps the fields of SYMNet between its bounds', () => {
  const { model } = buildNetwork(tf, {
    architecture: symnet,
    settings: { width: 1, rangeVoxels: 3 },
    sizeVoxels: [16, 16],
  });
  for (const weight of model.trainableWeights) {
    tf.tidy(() => {
      weight.write(weight.read().mul(8));
    });
  }
  const images = [tf.ones([1, 16, 16, 1]), tf.ones([1, 16, 16, 1])];
  const outputs = model.predict(images) as Tensor[];
  expect(outputs).toHaveLength(2);
  const largest = outputs.map((field) => Math.max(...field.abs().dataSync()));
  for (const bound of largest) {
    expect(bound).toBeGreaterThan(2.9);
    expect(bound).toBeLessThanOrEqual(3);
  }
  tf.dispose([...images, ...outputs]);
  model.dispose();
});

it('reads a small map as the low frequencies of a large one', () => {
  // Waves that a map of 6 × 8 holds, sampled there and four times as densely.
  const wave = (x: number, y: number) =>
    1 + Math.cos(2 * Math.PI * (2 * x - y) + 0.3) + 0.5 * Math.sin(2 * Math.PI * 3 * y);
  const sampled = (nx: number, ny: number) =>
    Array.from({ length: nx * ny }, (_, i) => wave((i % nx) / nx, Math.floor(i / nx) / ny));
  const small = tf.tensor(sampled(6, 8), [1, 8, 6, 1]);
  const large = bandLimited(tf, 'field', 4).apply(small) as Tensor;
  expect(large.shape).toEqual([1, 32, 24, 1]);
  const expected = sampled(24, 32);
  const error = large.dataSync().map((value, i) => Math.abs(value - (expected[i] as number)));
  expect(Math.max(...error)).toBeLessThan(1e-5);
  tf.dispose([small, large]);
});

it('lets the first field of Fourier-Net follow what the images show', () => {
  const size = 32;
  const { model } = buildNetwork(tf, {
    architecture: fourierNet,
    settings: {},
    sizeVoxels: [size, size],
  });
  const disc = (x: number, y: number) =>
    tf.tensor(
      Array.from({ length: size * size }, (_, i) =>
        Math.hypot((i % size) - x, Math.floor(i / size) - y) < 7 ? 1 : 0,
      ),
      [1, size, size, 1],
    );
  const images = [disc(16, 16), disc(12, 15), disc(20, 18)] as const;
  const [one, other] = [images[1], images[2]].map(
    (moving) => model.predict([moving, images[0]]) as Tensor,
  ) as [Tensor, Tensor];
  const rms = (tensor: Tensor) => Math.sqrt(tensor.square().mean().dataSync()[0] as number);
  expect(rms(one.sub(other))).toBeGreaterThan(0.3 * rms(one));
  tf.dispose([...images, one, other]);
  model.dispose();
});

import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GpuDevice } from '../../src/runtime/gpu/device';
import { convolutionOf, forwardGather } from '../../src/runtime/networks/gpu/convolution-geometry';
import { filterTile } from '../../src/runtime/networks/gpu/filter-gradient-tile';
import { gatherTile } from '../../src/runtime/networks/gpu/gather-tile';
import { registerGpuKernels } from '../../src/runtime/networks/gpu/register';
import {
  closeTensorFlow,
  openTensorFlow,
  type TensorFlow,
} from '../../src/runtime/networks/tensorflow';
import { relativeDifference } from '../support/network';
import { openTestDevice } from '../support/run-gpu';
import { trainUNet } from '../support/small-u-net';
import {
  type Computation,
  convolution,
  numbers,
  valuesOn,
  withGradients,
} from '../support/tensor-computations';

let gpu: GpuDevice | undefined;
let tf: TensorFlow;
let skipped = '';

beforeAll(async () => {
  // SwiftShader compiles the clearing of workgroup memory number by number, which takes longer than all else.
  const found = await openTestDevice(['enable-dawn-features=disable_workgroup_init']);
  if ('skipped' in found) {
    skipped = found.skipped;
    return;
  }
  gpu = found;
  tf = await openTensorFlow(gpu);
  // It keeps small tensors with the processor, and would compute some of these cases there.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
});

beforeEach(async (context) => {
  if (!gpu) return context.skip(skipped);
  await tf.setBackend('webgpu');
});

afterAll(() => {
  if (!gpu) return;
  tf.env().set('WEBGPU_CPU_FORWARD', true);
  closeTensorFlow(tf);
  gpu.destroy();
});

/**
 * Runs it on the GPU and compares it with the processor. To read back in the middle would throw: Node has no
 * `OffscreenCanvas`, by which TensorFlow.js reads at once.
 */
async function agree(computation: Computation): Promise<void> {
  const { device } = gpu as GpuDevice;
  device.pushErrorScope('validation');
  let onGpu: readonly Float32Array[] = [];
  let error: GPUError | null = null;
  try {
    onGpu = await valuesOn(tf, 'webgpu', computation);
  } finally {
    error = await device.popErrorScope();
  }
  expect(error?.message).toBeUndefined();
  const onCpu = await valuesOn(tf, 'cpu', computation);
  expect(onGpu.map((values, i) => relativeDifference(values, onCpu[i] ?? []))).toEqual(
    onGpu.map(() => expect.toSatisfy((difference) => difference < 3e-6)),
  );
}

it.each<[string, number[], number[], number, 'same' | 'valid' | number]>([
  ['volume, 2 → 16, kernel 3', [1, 5, 6, 7, 2], [3, 3, 3, 2, 16], 1, 'same'],
  ['volume, 16 → 3, kernel 3, valid', [1, 5, 6, 9, 16], [3, 3, 3, 16, 3], 1, 'valid'],
  ['volume, 3 → 5, stride 2', [2, 5, 7, 6, 3], [3, 3, 3, 3, 5], 2, 'same'],
  ['volume, 1 → 2, kernel 5', [1, 6, 7, 5, 1], [5, 5, 5, 1, 2], 1, 'same'],
  ['volume, 4 → 4, kernel 1, stride 2', [1, 5, 4, 5, 4], [1, 1, 1, 4, 4], 2, 'same'],
  ['image, 1 → 5, kernel 5, stride 2', [2, 11, 13, 1], [5, 5, 1, 5], 2, 'valid'],
  ['image, 16 → 2, kernel 3, padding 1', [1, 18, 17, 16], [3, 3, 16, 2], 1, 1],
  ['image, 20 → 12, kernel 1', [1, 4, 5, 20], [1, 1, 20, 12], 1, 'same'],
])('convolves as the processor does, gradients included: %s', async (_, ...parts) => {
  await agree(convolution(tf, ...parts));
});

it('takes large tiles for large volumes, with the same results', async () => {
  const [input, filter] = [
    [1, 16, 64, 64, 4],
    [3, 3, 3, 4, 4],
  ] as const;
  const info = tf.backend_util.computeConv3DInfo([...input], [...filter], 1, 1, 'same');
  const own = convolutionOf(info);
  if (!own) throw new Error('It is one of ours.');
  expect(gatherTile(forwardGather(own))).toMatchObject({ size: [8, 8, 4] });
  expect(filterTile(own)).toMatchObject({ size: [8, 4, 2], slabs: 256 });
  const at = (z: number, y: number, x: number) => (z * 64 + y) * 64 + x;
  const [x, w] = [numbers(input, 0), numbers(filter, 1)];
  const [y, byFilter] = await valuesOn(tf, 'webgpu', {
    shapes: [input, filter],
    compute([x, filter]) {
      const value = tf.conv3d(x as Tensor5D, filter as Tensor5D, 1, 'same');
      const dy = tf.tensor(numbers(value.shape, 9), value.shape);
      const gradient = tf.grad((w) => tf.conv3d(x as Tensor5D, w as Tensor5D, 1, 'same'));
      return [value, gradient(filter as Tensor, dy)];
    },
  });
  const dy = numbers([1, 16, 64, 64, 4], 9);
  for (const [z0, y0, x0, channel] of [
    [0, 0, 0, 0],
    [15, 63, 63, 3],
    [11, 31, 40, 1],
  ] as const) {
    let sum = 0;
    for (let tap = 0; tap < 27; tap += 1) {
      const place = [
        z0 + Math.floor(tap / 9) - 1,
        y0 + (Math.floor(tap / 3) % 3) - 1,
        x0 + (tap % 3) - 1,
      ] as const;
      if (place.some((p, axis) => p < 0 || p >= [16, 64, 64][axis]!)) continue;
      for (let c = 0; c < 4; c += 1)
        sum += x[at(...place) * 4 + c]! * w[(tap * 4 + c) * 4 + channel]!;
    }
    expect(y![at(z0, y0, x0) * 4 + channel]).toBeCloseTo(sum, 4);
  }
  // The tap in the middle has all voxels.
  let sum = 0;
  for (let v = 0; v < 16 * 64 * 64; v += 1) sum += x[v * 4 + 3]! * dy[v * 4 + 2]!;
  expect(byFilter![(13 * 4 + 3) * 4 + 2]! / sum).toBeCloseTo(1, 4);
});

describe('what else a network is made of, on the GPU alone and with gradients', () => {
  it.each<[string, () => Computation]>([
    [
      'a fused convolution with bias',
      () =>
        withGradients(tf, [[1, 5, 6, 3], [3, 3, 3, 4], [4]], (x, filter, bias) =>
          tf.fused.conv2d({
            x: x as Tensor4D,
            filter: filter as Tensor4D,
            strides: 1,
            pad: 'same',
            bias,
          }),
        ),
    ],
    [
      'a transposed convolution of a volume',
      () =>
        withGradients(
          tf,
          [
            [1, 2, 3, 2, 4],
            [2, 2, 2, 2, 4],
          ],
          (x, w) => tf.conv3dTranspose(x as Tensor5D, w as Tensor5D, [1, 4, 6, 4, 2], 2, 'same'),
        ),
    ],
    [
      'a repeat along axes of a volume',
      () => withGradients(tf, [[1, 2, 3, 2, 3]], (x) => tf.tile(x, [1, 2, 1, 3, 2])),
    ],
    [
      'sums and means over voxels, channels and everything',
      () =>
        withGradients(tf, [[2, 9, 40, 40, 3]], (x) =>
          x
            .sum([1, 2, 3])
            .add(x.mean([1, 2, 3]))
            .sum()
            .add(x.square().mean()),
        ),
    ],
    [
      'pooling of a volume',
      () =>
        withGradients(tf, [[1, 4, 6, 4, 3]], (x) =>
          tf.maxPool3d(x as Tensor5D, 2, 2, 'same').add(tf.avgPool3d(x as Tensor5D, 2, 2, 'same')),
        ),
    ],
    ['leaky ReLU', () => withGradients(tf, [[1, 3, 4, 5, 3]], (x) => tf.leakyRelu(x, 0.2))],
    [
      'parametric ReLU',
      () => withGradients(tf, [[1, 3, 4, 5, 3], [3]], (x, slope) => tf.prelu(x, slope)),
    ],
    [
      'a bias added to a volume, in all its forms',
      () =>
        withGradients(tf, [[1, 3, 4, 5, 6], [6], [1, 1, 1, 1, 6], [1, 3, 1, 1, 6]], (x, a, b, c) =>
          x.add(a).mul(b).div(c.square().add(1)).sub(a.add(b)),
        ),
    ],
    [
      'a border, a part, a turned axis of a volume',
      () =>
        withGradients(tf, [[1, 3, 4, 5, 2]], (x) =>
          tf
            .pad(x, [
              [0, 0],
              [1, 0],
              [0, 2],
              [1, 1],
              [0, 0],
            ])
            .slice([0, 1, 0, 1, 1], [1, 3, 4, 5, 1])
            .add(x.reverse(3).max(4, true)),
        ),
    ],
    [
      'nearest neighbours and bilinear samples of an image',
      () =>
        withGradients(tf, [[1, 4, 4, 2]], (x) =>
          tf.image
            .resizeNearestNeighbor(x as Tensor4D, [8, 8])
            .add(tf.image.resizeBilinear(x as Tensor4D, [8, 8])),
        ),
    ],
    [
      'upsampling by stacking, joined with another tensor',
      () =>
        withGradients(
          tf,
          [
            [1, 2, 3, 2, 3],
            [1, 4, 3, 2, 2],
          ],
          (x, y) => tf.concat([tf.stack([x, x], 2).reshape([1, 4, 3, 2, 3]), y], -1),
        ),
    ],
    [
      'windows of attention: axes turned, gathered, multiplied, softmax',
      () =>
        withGradients(
          tf,
          [
            [2, 3, 2, 3, 4, 2],
            [5, 3],
          ],
          (x, table) => {
            const windows = tf.transpose(x, [0, 2, 4, 1, 3, 5]).reshape([16, 9, 2]);
            const bias = tf.gather(table, tf.tensor1d([0, 4, 2, 2, 1, 0, 3, 2, 4], 'int32'));
            const scores = tf.softmax(tf.matMul(windows as never, windows as never, false, true));
            return tf
              .matMul(scores, windows as never)
              .sum(2)
              .mul(bias.sum(1));
          },
        ),
    ],
    [
      'a normalized layer',
      () =>
        withGradients(tf, [[1, 3, 4, 5, 6], [6]], (x, gain) => {
          const { mean, variance } = tf.moments(x, -1, true);
          return x.sub(mean).div(variance.add(1e-3).sqrt()).mul(gain);
        }),
    ],
    [
      'a convolution of each channel by itself',
      () =>
        withGradients(
          tf,
          [
            [1, 5, 6, 3],
            [3, 3, 3, 1],
          ],
          (x, w) => tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, 1, 'same'),
        ),
    ],
  ])('%s', async (_, computation) => {
    await agree(computation());
  });
});

it.each(['relu', 'leakyrelu', 'elu', 'sigmoid', 'relu6', 'prelu'] as const)(
  'ends a fused convolution with %s',
  async (activation) => {
    await agree({
      shapes: [[1, 4, 5, 2], [1, 1, 2, 3], [3], [3]],
      compute: ([x, filter, bias, slopes]) =>
        tf.fused.conv2d({
          x: x as Tensor4D,
          filter: filter as Tensor4D,
          strides: 1,
          pad: 'same',
          bias: bias as Tensor,
          activation,
          leakyreluAlpha: 0.3,
          ...(activation === 'prelu' ? { preluActivationWeights: slopes as Tensor } : {}),
        }),
    });
  },
);

it('gives the same bits twice, also where TensorFlow.js adds with atomics', async () => {
  const computations: readonly Computation[] = [
    convolution(tf, [2, 5, 7, 6, 3], [3, 3, 3, 3, 5], 2, 'same'),
    // A small product of long rows, and rows that meet in one segment.
    {
      shapes: [
        [12, 4096],
        [4096, 12],
      ],
      compute: ([a, b]) => tf.matMul(a as never, b as never),
    },
    withGradients(tf, [[3, 40]], (table) =>
      tf.gather(
        table,
        tf.tensor1d(
          Array.from({ length: 500 }, (_, i) => i % 3),
          'int32',
        ),
      ),
    ),
  ];
  for (const computation of computations) {
    const first = await valuesOn(tf, 'webgpu', computation);
    expect(await valuesOn(tf, 'webgpu', computation)).toEqual(first);
  }
});

it('trains a small U-Net as the processor does, and reads nothing back', async () => {
  const onGpu = await trainUNet(tf, 'webgpu');
  expect(onGpu.reads).toBe(0);
  expect(await trainUNet(tf, 'webgpu')).toEqual(onGpu);
  const onCpu = await trainUNet(tf, 'cpu');
  expect(onGpu.losses[2]).toBeLessThan(onGpu.losses[0] as number);
  expect(relativeDifference(onGpu.losses, onCpu.losses)).toBeLessThan(1e-5);
  expect(relativeDifference(onGpu.weights, onCpu.weights)).toBeLessThan(1e-4);
});

it('says that a tensor is too large for a buffer before it allocates it', () => {
  const limit = (gpu as GpuDevice).device.limits.maxStorageBufferBindingSize;
  const { numBytesInGPU } = tf.memory() as { numBytesInGPU?: number };
  const x = tf.zeros([1, 64, 64, 64, 1]) as Tensor5D;
  const channels = Math.ceil(limit / 2 ** 20) + 4;
  const filter = tf.zeros([1, 1, 1, 1, channels]) as Tensor5D;
  expect(() => tf.conv3d(x, filter, 1, 'same')).toThrow(/MiB in one buffer.*fewer channels/s);
  tf.dispose([x, filter]);
  expect(tf.memory()).toMatchObject({ numBytesInGPU });
});

it('gives TensorFlow.js its own kernels back', () => {
  const ours = tf.getKernel('Conv3D', 'webgpu').kernelFunc;
  const gradient = () => tf.getGradient('Conv3DBackpropInputV2');
  expect(gradient()).toBeDefined();
  const undo = registerGpuKernels(tf);
  expect(tf.getKernel('Conv3D', 'webgpu').kernelFunc).not.toBe(ours);
  undo();
  undo();
  expect(tf.getKernel('Conv3D', 'webgpu').kernelFunc).toBe(ours);
  closeTensorFlow(tf);
  expect(tf.getKernel('Conv3D', 'webgpu').kernelFunc).not.toBe(ours);
  expect(gradient()).toBeUndefined();
});

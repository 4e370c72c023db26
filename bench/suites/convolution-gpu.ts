import type { KernelConfig, Tensor } from '@tensorflow/tfjs';
import {
  closeTensorFlow,
  openTensorFlow,
  type TensorFlow,
} from '../../src/runtime/networks/tensorflow';
import type { BenchHost } from '../host';
import { msText, type Section } from '../report';
import { type Spread, spreadOf } from '../statistics';

/** A convolution of a registration network: half of each tool's layers look like one of these. */
interface Layer {
  readonly title: string;
  readonly sizeVoxels: readonly [z: number, y: number, x: number];
  readonly channels: readonly [input: number, output: number];
  readonly kernel: number;
  readonly stride: number;
}

const layers: readonly Layer[] = [
  { title: 'first', sizeVoxels: [96, 112, 96], channels: [2, 16], kernel: 3, stride: 1 },
  { title: 'halving', sizeVoxels: [96, 112, 96], channels: [16, 32], kernel: 3, stride: 2 },
  { title: 'inner', sizeVoxels: [48, 56, 48], channels: [32, 32], kernel: 3, stride: 1 },
  { title: 'joined', sizeVoxels: [96, 112, 96], channels: [48, 16], kernel: 3, stride: 1 },
  { title: 'large kernel', sizeVoxels: [48, 56, 48], channels: [16, 16], kernel: 5, stride: 1 },
  { title: 'coarsest', sizeVoxels: [6, 7, 6], channels: [32, 32], kernel: 3, stride: 1 },
  { title: 'field', sizeVoxels: [96, 112, 96], channels: [16, 3], kernel: 3, stride: 1 },
];

const quickSize = [6, 7, 8] as const;

/** Names of TensorFlow.js's kernels, and what each computes. */
const passes = [
  ['Conv3D', 'forward'],
  ['Conv3DBackpropInputV2', 'by input'],
  ['Conv3DBackpropFilterV2', 'by filter'],
] as const;

/**
 * Our convolutions of volumes on the GPU beside TensorFlow.js's own, in turn in one run. Answers are compared before
 * anything is timed.
 */
export async function convolutionGpu(host: BenchHost): Promise<readonly Section[]> {
  const { quick, device: kind } = host.options;
  const title = 'Convolutions of volumes on the GPU, ours and those of TensorFlow.js';
  const columns = ['layer', 'pass', 'ours', 'TensorFlow.js', 'times as fast', 'GFLOP/s, ours'];
  if (kind !== 'gpu') {
    return [{ title, columns, rows: [], notes: ['skipped: it needs --device gpu'], data: {} }];
  }
  const device = await host.openDevice();
  // Registers its own kernels, which ours then replace.
  await import('@tensorflow/tfjs-backend-webgpu');
  const tfjs = await import('@tensorflow/tfjs');
  const theirs = passes.map(([name]) => tfjs.getKernel(name, 'webgpu'));
  const tf = await openTensorFlow(device);
  const ours = passes.map(([name]) => tf.getKernel(name, 'webgpu'));
  try {
    const measured = [];
    const failures: string[] = [];
    for (const layer of layers) {
      for (const [index, [, pass]] of passes.entries()) {
        const call = callOf(tf, quick ? { ...layer, sizeVoxels: quickSize } : layer, index);
        const name = `${layer.title}, ${pass}`;
        const contest = await race(tf, call, [ours[index], theirs[index]] as Contestants, quick);
        if (!(contest.difference < 1e-4)) {
          failures.push(`${name}: differs by ${contest.difference.toExponential(1)}`);
        }
        measured.push({ layer: layer.title, pass, flop: call.flop, ...contest });
        tf.dispose(Object.values(call.inputs));
      }
    }
    return [
      {
        title: `${title}, ${device.name}`,
        columns,
        rows: measured.map(({ layer, pass, flop, own, other }) => [
          layer,
          pass,
          msText(own.min),
          msText(other.min),
          (other.min / own.min).toFixed(2),
          (flop / own.min / 1e9).toFixed(0),
        ]),
        notes: ['least of several; calls one after the other until the device has finished all'],
        failures,
        data: { device: device.name, measured },
      },
    ];
  } finally {
    closeTensorFlow(tf);
    device.destroy();
  }
}

type Contestants = readonly [ours: KernelConfig, theirs: KernelConfig];

interface Call {
  readonly name: string;
  readonly inputs: Record<string, Tensor>;
  readonly attributes: Record<string, number | string | number[]>;
  readonly flop: number;
}

function callOf(
  tf: TensorFlow,
  { sizeVoxels, channels, kernel, stride }: Layer,
  index: number,
): Call {
  const [input, output] = channels;
  const inputShape = [1, ...sizeVoxels, input];
  const outputShape = [1, ...sizeVoxels.map((n) => Math.ceil(n / stride)), output];
  const filterShape = [kernel, kernel, kernel, input, output];
  const random = (shape: number[], seed: number): Tensor =>
    tf.randomUniform(shape, -1, 1, 'float32', seed);
  const common = { strides: stride, pad: 'same' };
  const outputs = outputShape.reduce((product, length) => product * length, 1);
  const flop = 2 * outputs * kernel ** 3 * input;
  const name = passes[index]?.[0] as string;
  const calls: readonly Pick<Call, 'inputs' | 'attributes'>[] = [
    {
      inputs: { x: random(inputShape, 1), filter: random(filterShape, 2) },
      attributes: { ...common, dilations: 1, dataFormat: 'NDHWC' },
    },
    {
      inputs: { dy: random(outputShape, 3), filter: random(filterShape, 2) },
      attributes: { ...common, inputShape },
    },
    {
      inputs: { x: random(inputShape, 1), dy: random(outputShape, 3) },
      attributes: { ...common, filterShape },
    },
  ];
  const call = calls[index] as Pick<Call, 'inputs' | 'attributes'>;
  // What is not taken is freed; each pass has inputs of its own.
  tf.dispose(
    calls.filter((other) => other !== call).flatMap(({ inputs }) => Object.values(inputs)),
  );
  return { name, ...call, flop };
}

/** Both kernels in turn: the largest difference, as a fraction of the largest number, and seconds a call. */
async function race(
  tf: TensorFlow,
  call: Call,
  contestants: Contestants,
  quick: boolean,
): Promise<{ readonly difference: number; readonly own: Spread; readonly other: Spread }> {
  const [own, other] = contestants;
  const results = [await answerOf(tf, call, own), await answerOf(tf, call, other)] as const;
  const repetitions = quick ? 1 : 5;
  const seconds: [number[], number[]] = [[], []];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const [index, kernel] of contestants.entries()) {
      const once = await secondsOf(tf, call, kernel, 1);
      const calls = quick ? 1 : Math.max(1, Math.min(100, Math.ceil(0.1 / once)));
      seconds[index as 0 | 1].push(await secondsOf(tf, call, kernel, calls));
    }
  }
  const scale = results[1].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = results[0].reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (results[1][i] as number))),
    0,
  );
  return {
    difference: difference / scale,
    own: spreadOf(seconds[0]),
    other: spreadOf(seconds[1]),
  };
}

async function answerOf(tf: TensorFlow, call: Call, kernel: KernelConfig): Promise<Float32Array> {
  const result = run(tf, call, kernel);
  const values = await result.data<'float32'>();
  result.dispose();
  return values as Float32Array;
}

async function secondsOf(
  tf: TensorFlow,
  call: Call,
  kernel: KernelConfig,
  calls: number,
): Promise<number> {
  const start = performance.now();
  for (let i = 1; i < calls; i += 1) run(tf, call, kernel).dispose();
  // One number of the last is read: all before it are done then.
  const last = tf.tidy(() => {
    const result = run(tf, call, kernel);
    return result.reshape([result.size]).slice(0, 1);
  });
  await last.data();
  last.dispose();
  return (performance.now() - start) / 1000 / calls;
}

function run(tf: TensorFlow, call: Call, kernel: KernelConfig): Tensor {
  tf.unregisterKernel(call.name, 'webgpu');
  tf.registerKernel(kernel);
  return tf.engine().runKernel(call.name, call.inputs, call.attributes) as Tensor;
}

import type { Tensor, TensorInfo } from '@tensorflow/tfjs';
import { axisAlignedGrid, voxelCount } from '../../src/imaging/grid';
import { createFieldOps } from '../../src/runtime/networks/field-ops';
import { networkOnDevice } from '../../src/runtime/networks/network-on-device';
import {
  closeTensorFlow,
  openTensorFlow,
  type TensorFlow,
} from '../../src/runtime/networks/tensorflow';
import { Adam } from '../../src/runtime/networks/training/adam';
import type { BenchHost } from '../host';
import { msText, type Section } from '../report';
import { spreadOf } from '../statistics';

/** A convolution with kernels of three samples along every axis, and how much of it TensorFlow.js is given. */
interface Layer {
  readonly title: string;
  /** z, y, x, or y, x. */
  readonly size: readonly number[];
  readonly channels: readonly [input: number, output: number];
  /** Of the first axis: theirs takes minutes for all of it. */
  readonly shareForTheirs: number;
}

const layers: readonly Layer[] = [
  { title: '48³, 16 to 16', size: [48, 48, 48], channels: [16, 16], shareForTheirs: 1 / 8 },
  { title: '24³, 64 to 32', size: [24, 24, 24], channels: [64, 32], shareForTheirs: 1 / 4 },
  { title: '192², 32 to 32', size: [192, 192], channels: [32, 32], shareForTheirs: 1 / 4 },
];

const passes = ['forward', 'by input', 'by filter'] as const;

const kernelNames = {
  2: ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
  3: ['Conv3D', 'Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'],
} as const;

/** Networks of which a prediction and a step of training are timed: sizes along x, y(, z). */
const networks = [
  { title: 'VoxelMorph, 192²', size: [192, 192, 1] },
  { title: 'VoxelMorph, 64 × 80 × 64', size: [64, 80, 64] },
] as const;

/**
 * Convolutions on the CPU device's threads beside TensorFlow.js's own kernel in one run, answers first; then what a network takes
 * that is made of them.
 */
export async function convolution(host: BenchHost): Promise<readonly Section[]> {
  const { quick, device: kind } = host.options;
  if (kind !== 'cpu') {
    const title = 'Convolutions on the CPU';
    return [{ title, columns: [], rows: [], notes: ['skipped: it needs --device cpu'], data: {} }];
  }
  const device = await host.openDevice();
  try {
    const tf = await openTensorFlow(device);
    try {
      const convolutions = convolutionTable(tf, host.threads, quick);
      const title = `Networks on the CPU, ${host.threads} threads`;
      const columns = ['network', 'prediction', 'step of training'];
      const timed = [];
      for (const network of networks) {
        const size = quick ? network.size.map((n) => (n === 1 ? 1 : 16)) : network.size;
        const fields = createFieldOps(tf, device);
        timed.push({ title: network.title, ...networkTimes(tf, fields, size, quick) });
        fields.destroy();
      }
      const rows = timed.map(({ title: name, prediction, step }) => [
        name,
        msText(prediction.min),
        msText(step.min),
      ]);
      const notes = ['least of several; displacements, batch of one, mean of squares, Adam'];
      return [convolutions, { title, columns, rows, notes, data: timed }];
    } finally {
      closeTensorFlow(tf);
    }
  } finally {
    device.destroy();
  }
}

function convolutionTable(tf: TensorFlow, threads: number, quick: boolean): Section {
  const measured = [];
  const failures: string[] = [];
  for (const layer of quick
    ? layers.map((each) => ({ ...each, size: each.size.map(() => 8) }))
    : layers) {
    for (const [index, pass] of passes.entries()) {
      const [own, small] = [
        callOf(tf, layer, index, 1),
        callOf(tf, layer, index, layer.shareForTheirs),
      ];
      const difference = relativeDifference(small.run('weft'), small.run('cpu'));
      const name = `${layer.title}, ${pass}`;
      if (!(difference < 1e-5)) failures.push(`${name}: differs by ${difference.toExponential(1)}`);
      const repetitions = quick ? 1 : 9;
      const seconds = spreadOf(
        Array.from({ length: repetitions }, () => secondsOf(() => own.run('weft'))),
      );
      const theirs = spreadOf([secondsOf(() => small.run('cpu'))]);
      measured.push({
        layer: layer.title,
        pass,
        own: own.flop / seconds.min / 1e9,
        theirs: small.flop / theirs.min / 1e9,
        seconds,
      });
      own.dispose();
      small.dispose();
    }
  }
  return {
    title: `Convolutions with kernels of 3 on the CPU, ${threads} threads`,
    columns: ['layer', 'pass', 'ours', 'GFLOP/s, ours', 'TensorFlow.js', 'times as fast'],
    rows: measured.map(({ layer, pass, own, theirs, seconds }) => [
      layer,
      pass,
      msText(seconds.min),
      own.toFixed(1),
      theirs.toFixed(2),
      (own / theirs).toFixed(0),
    ]),
    notes: [
      'least of nine; TensorFlow.js on one thread, of a part of the volume, once; copies of answers are in the time of both',
    ],
    failures,
    data: measured,
  };
}

/** A pass of a layer, or of a share of it, by the kernel of a backend. */
function callOf(tf: TensorFlow, { size, channels }: Layer, pass: number, share: number) {
  const [input, output] = channels;
  const axes = size.length as 2 | 3;
  const part = size.map((n, axis) => (axis === 0 ? Math.max(4, Math.round(n * share)) : n));
  const shapes = {
    x: [1, ...part, input],
    dy: [1, ...part, output],
    filter: [...part.map(() => 3), input, output],
  };
  const random = (shape: number[], seed: number): Tensor =>
    tf.randomUniform(shape, -1, 1, 'float32', seed);
  const [x, dy, filter] = [random(shapes.x, 1), random(shapes.dy, 2), random(shapes.filter, 3)];
  const common = {
    strides: axes === 2 ? 1 : [1, 1, 1],
    pad: 'same',
    dataFormat: axes === 2 ? 'NHWC' : 'NDHWC',
    dimRoundingMode: undefined,
  };
  const calls: readonly (readonly [Record<string, Tensor>, Record<string, unknown>])[] = [
    [
      { x, filter },
      { ...common, dilations: axes === 2 ? 1 : [1, 1, 1] },
    ],
    [
      { dy, filter },
      { ...common, inputShape: shapes.x },
    ],
    [
      { x, dy },
      { ...common, filterShape: shapes.filter },
    ],
  ];
  const [inputs, attrs] = calls[pass] as (typeof calls)[number];
  const name = kernelNames[axes][pass] as string;
  return {
    flop: 2 * part.reduce((product, n) => product * n, 1) * 3 ** axes * input * output,
    run(backend: 'weft' | 'cpu'): Float32Array {
      const kernel = tf.getKernel(name, backend);
      const info = kernel.kernelFunc({ inputs, attrs: attrs as never, backend: tf.backend() });
      const made = (Array.isArray(info) ? info[0] : info) as TensorInfo;
      const values = tf.backend().readSync(made.dataId) as Float32Array;
      tf.backend().disposeData(made.dataId);
      return values;
    },
    dispose: () => tf.dispose([x, dy, filter]),
  };
}

function networkTimes(
  tf: TensorFlow,
  fields: ReturnType<typeof createFieldOps>,
  size: readonly number[],
  quick: boolean,
) {
  const [nx = 1, ny = 1, nz = 1] = size;
  const grid = axisAlignedGrid([nx, ny, nz], [1, 1, 1], [0, 0, 0]);
  const network = networkOnDevice(
    tf,
    fields,
    { kind: 'network', architecture: 'voxelmorph', settings: {}, seed: 1 },
    grid,
  );
  const image = (from: number) =>
    Float32Array.from({ length: voxelCount(grid) }, (_, i) => 0.5 + 0.5 * Math.sin(from + i / 7));
  const pair = { fixed: image(0), moving: image(1) };
  const adam = new Adam(tf, network.trainable);
  let steps = 0;
  const predict = (): void => {
    const displacement = network.displacement(pair, false);
    displacement.dataSync();
    displacement.dispose();
  };
  const step = (): void => {
    const { value, grads } = tf.variableGrads(
      () => tf.mean(tf.square(network.displacement(pair, true))),
      network.trainable.map(({ variable }) => variable),
    );
    steps += 1;
    adam.step(grads, steps, 1e-4);
    tf.dispose([value, grads]);
  };
  const repeat = (work: () => void) => {
    work();
    return spreadOf(Array.from({ length: quick ? 1 : 3 }, () => secondsOf(work)));
  };
  const times = { prediction: repeat(predict), step: repeat(step) };
  adam.dispose();
  network.dispose();
  return times;
}

function secondsOf(work: () => unknown): number {
  const began = performance.now();
  work();
  return (performance.now() - began) / 1000;
}

function relativeDifference(found: Float32Array, expected: Float32Array): number {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    found.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? 0))), 0) /
    scale
  );
}

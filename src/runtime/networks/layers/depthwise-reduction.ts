import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { type CustomWeight, customLayer, type Layer } from './custom-layer';
import { partition } from './windows';

/** What a reduction of a map by kernels of each channel's own is. */
export interface DepthwiseReduction {
  readonly name: string;
  readonly channels: number;
  /** Of the map: 2 or 3. */
  readonly axes: number;
  /** Places along every axis that become one; kernels reach one further. */
  readonly stride: number;
  readonly bias: boolean;
  readonly kernelInitializer: CustomWeight['initializer'];
  readonly biasInitializer: CustomWeight['initializer'];
}

/**
 * Each channel convolved with kernels of `stride + 1` samples along every axis, at every `stride`-th
 * place; padded with zeros as TensorFlow does, so that ⌈n / stride⌉ places come of n, and one where a
 * kernel is larger than the map. Kernels overlap in a single layer of samples and may be very large: the map
 * is cut into their windows, which is hardly more than the map itself, and multiplied.
 */
export function depthwiseReduction(tf: TensorFlow, reduction: DepthwiseReduction): Layer {
  const { name, channels, axes, stride, kernelInitializer, biasInitializer } = reduction;
  const width = stride + 1;
  const taps = width ** axes;
  return customLayer(tf, {
    className: 'DepthwiseReduction',
    name,
    config: { channels, stride, bias: reduction.bias },
    weights: [
      {
        name: 'kernel',
        shape: [...Array<number>(axes).fill(width), channels],
        initializer: kernelInitializer,
      },
      ...(reduction.bias
        ? [{ name: 'bias', shape: [channels], initializer: biasInitializer }]
        : []),
    ],
    outputShape: ([shape = []]) =>
      shape.map((n, axis) => (axis === axes ? n : Math.ceil(n / stride))),
    compute: ([input], [kernel, bias]) => {
      const [batch, ...size] = (input as Tensor).shape.slice(0, -1) as [number, ...number[]];
      const counts = size.map((n) => Math.ceil(n / stride));
      const apart = size.reduce<Tensor>(
        (current, _, axis) => overlapping(tf, current, axis + 1, stride),
        padded(tf, input as Tensor, counts, stride),
      );
      const wide = counts.map((count) => count * width);
      const windows = partition(apart, wide, Array<number>(axes).fill(width));
      const sums = windows
        .reshape([-1, taps, channels])
        .mul((kernel as Tensor).reshape([1, taps, channels]))
        .sum(1);
      const shifted = bias ? sums.add(bias) : sums;
      return shifted.reshape([batch, ...counts, channels]);
    },
    // Padded; two steps for each axis; windows, and they times their kernels.
    keptInside: ([shape = []]) =>
      shape.slice(0, -1).reduce((n, m) => n * Math.ceil(m / stride) * width, channels) *
      (2 * axes + 3),
  });
}

/** With zeros around, so that `count` windows of `stride + 1` samples, a stride apart, fit each axis. */
function padded(tf: TensorFlow, input: Tensor, counts: readonly number[], stride: number): Tensor {
  const around = counts.map((count, axis): [number, number] => {
    const missing = count * stride + 1 - (input.shape[axis + 1] as number);
    return [Math.floor(missing / 2), Math.ceil(missing / 2)];
  });
  return tf.pad(input, [[0, 0], ...around, [0, 0]]);
}

/** `count · stride + 1` samples along an axis as `count` windows of `stride + 1` side by side. */
function overlapping(tf: TensorFlow, input: Tensor, axis: number, stride: number): Tensor {
  const { shape } = input;
  const n = (shape[axis] as number) - 1;
  const count = n / stride;
  const before = shape.slice(0, axis).reduce((product, m) => product * m, 1);
  const after = shape.slice(axis + 1).reduce((product, m) => product * m, 1);
  const rows = input.reshape([before, n + 1, after]);
  const inner = tf.slice(rows, [0, 0, 0], [before, n, after]).reshape([-1, stride, after]);
  // What follows each window: the last samples of the same windows, one sample further on.
  const further = tf.slice(rows, [0, 1, 0], [before, n, after]).reshape([-1, stride, after]);
  const last = tf.slice(further, [0, stride - 1, 0], [before * count, 1, after]);
  const wide = shape.map((m, a) => (a === axis ? count * (stride + 1) : m));
  return tf.concat([inner, last], 1).reshape(wide);
}

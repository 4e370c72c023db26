import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { type CustomWeight, customLayer, type Layer } from './custom-layer';

/** What a convolution of each channel with a kernel of its own is. */
export interface DepthwiseConvolution {
  readonly name: string;
  readonly channels: number;
  /** Of the map: 2 or 3. */
  readonly axes: number;
  readonly kernelInitializer: CustomWeight['initializer'];
  readonly biasInitializer: CustomWeight['initializer'];
}

/** Channels that are convolved at once: as many as our kernels like. */
const together = 16;

/**
 * Each channel convolved with three samples along every axis of its own; the size stays. TensorFlow.js
 * has this for slices alone, slowly on the CPU. Here channels are convolved sixteen at once, with
 * kernels that are 0 between different channels: sixteen times the arithmetic, by the kernels that are
 * fast on both devices and whose gradients are tested.
 */
export function depthwiseConvolution(tf: TensorFlow, convolution: DepthwiseConvolution): Layer {
  const { name, channels, axes, kernelInitializer, biasInitializer } = convolution;
  const taps = Array<number>(axes).fill(3);
  const starts = Array.from({ length: Math.ceil(channels / together) }, (_, i) => i * together);
  const convolve = (input: Tensor, kernel: Tensor): Tensor =>
    axes === 3
      ? tf.conv3d(input as Tensor5D, kernel as Tensor5D, 1, 'same')
      : tf.conv2d(input as Tensor4D, kernel as Tensor4D, 1, 'same');

  return customLayer(tf, {
    className: 'DepthwiseConvolution',
    name,
    config: { channels },
    weights: [
      { name: 'kernel', shape: [...taps, channels], initializer: kernelInitializer },
      { name: 'bias', shape: [channels], initializer: biasInitializer },
    ],
    outputShape: ([shape = []]) => shape,
    compute: ([input], [kernel, bias]) => {
      const map = input as Tensor;
      const parts = starts.map((from) => {
        const count = Math.min(together, channels - from);
        const some = starts.length === 1 ? map : part(tf, map, from, count);
        const own = part(tf, kernel as Tensor, from, count).reshape([3 ** axes, count, 1]);
        return convolve(some, own.mul(tf.eye(count)).reshape([...taps, count, count]));
      });
      const joined = parts.length === 1 ? (parts[0] as Tensor) : tf.concat(parts, map.rank - 1);
      return joined.add(bias as Tensor);
    },
    // Before the bias; where there are several parts, those of the input and of the result, too.
    keptInside: ([shape = []]) =>
      shape.reduce((product, n) => product * n, 1) * (starts.length === 1 ? 1 : 3),
  });
}

/** Some channels. */
function part(tf: TensorFlow, tensor: Tensor, from: number, count: number): Tensor {
  const last = tensor.rank - 1;
  return tf.slice(
    tensor,
    tensor.shape.map((_, axis) => (axis === last ? from : 0)),
    tensor.shape.map((n, axis) => (axis === last ? count : n)),
  );
}

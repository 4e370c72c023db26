import type { Tensor, Tensor5D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { type CustomWeight, customLayer, type Layer } from './custom-layer';

/** What a transposed convolution of a volume is. */
export interface TransposedConvolution {
  readonly name: string;
  /** Channels of the input and of the output. */
  readonly channels: readonly [input: number, output: number];
  /** Samples of the kernel along every axis; they are at least the stride. */
  readonly kernel: number;
  /** By which every axis grows. */
  readonly stride: number;
  readonly bias: boolean;
  readonly kernelInitializer: CustomWeight['initializer'];
  readonly biasInitializer: CustomWeight['initializer'];
}

/**
 * A transposed convolution of volumes. TensorFlow.js has the layer, but no gradient for
 * it: here the gradient by the input is the convolution that it is the transpose of, and that by the
 * kernel is the convolution's own with both sides exchanged.
 */
export function transposedConvolution(tf: TensorFlow, layer: TransposedConvolution): Layer {
  const { name, kernel, stride, kernelInitializer, biasInitializer } = layer;
  const [input, output] = layer.channels;
  const strides: [number, number, number] = [stride, stride, stride];
  const filterShape: [number, number, number, number, number] = [
    kernel,
    kernel,
    kernel,
    output,
    input,
  ];

  const grow = tf.customGrad((small, weights, save) => {
    const [batch, nz, ny, nx] = (small as Tensor5D).shape;
    (save as (tensors: Tensor[]) => void)([small as Tensor, weights as Tensor]);
    return {
      value: tf.conv3dTranspose(
        small as Tensor5D,
        weights as Tensor5D,
        [batch, nz * stride, ny * stride, nx * stride, output],
        strides,
        'same',
      ),
      gradFunc: (upstream: Tensor, [keptSmall, keptWeights]: Tensor[]) => [
        tf.conv3d(upstream as Tensor5D, keptWeights as Tensor5D, strides, 'same'),
        tf
          .engine()
          .runKernel<Tensor>(
            'Conv3DBackpropFilterV2',
            { x: upstream, dy: keptSmall as Tensor },
            { strides, pad: 'same', filterShape },
          ),
      ],
    };
  });

  return customLayer(tf, {
    className: 'TransposedConvolution3D',
    name,
    config: { kernel, stride, channels: [input, output] },
    weights: [
      { name: 'kernel', shape: filterShape, initializer: kernelInitializer },
      ...(layer.bias ? [{ name: 'bias', shape: [output], initializer: biasInitializer }] : []),
    ],
    outputShape: ([shape = []]) => [...shape.slice(0, -1).map((n) => n * stride), output],
    compute: ([small], [weights, bias]) => {
      const grown = grow(small as Tensor, weights as Tensor);
      return bias ? grown.add(bias) : grown;
    },
    keptInside: ([shape = []]) =>
      shape.slice(0, -1).reduce((product, n) => product * n * stride, output),
  });
}

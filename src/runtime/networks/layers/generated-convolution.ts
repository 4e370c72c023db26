import type { Tensor, Tensor2D, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { type CustomWeight, customLayer, type Layer } from './custom-layer';

/** What a convolution is whose weights a network generates; stride 1, padding keeps the size. */
export interface GeneratedConvolution {
  readonly name: string;
  /** 2 or 3. */
  readonly axes: number;
  readonly channels: readonly [input: number, output: number];
  /** Samples along every axis. */
  readonly kernel: number;
  /** Numbers from which kernel and bias are generated, a linear map each. */
  readonly codes: number;
  /** Of the linear maps. */
  readonly initializer: CustomWeight['initializer'];
  readonly biasInitializer: CustomWeight['initializer'];
  /** Of the kernel that a code of zeros generates. */
  readonly kernelInitializer: CustomWeight['initializer'];
}

/**
 * A convolution whose kernel and bias are linear maps of a code: inputs are what is convolved and the code,
 * `[batch, codes]`. Of a batch each element has a kernel of its own.
 */
export function generatedConvolution(tf: TensorFlow, layer: GeneratedConvolution): Layer {
  const { name, axes, kernel, codes, initializer, biasInitializer, kernelInitializer } = layer;
  const [input, output] = layer.channels;
  const kernelShape = [...Array<number>(axes).fill(kernel), input, output];
  const numbers = kernelShape.reduce((a, b) => a * b, 1);
  const convolve = (value: Tensor, filter: Tensor): Tensor =>
    axes === 3
      ? tf.conv3d(value as Tensor5D, filter as Tensor5D, 1, 'same')
      : tf.conv2d(value as Tensor4D, filter as Tensor4D, 1, 'same');
  return customLayer(tf, {
    className: 'GeneratedConvolution',
    name,
    config: { channels: [input, output], kernel, codes },
    weights: [
      { name: 'kernel_of_code', shape: [codes, numbers], initializer },
      // In the shape of a kernel, since its initial numbers go by the inputs of one output.
      { name: 'kernel', shape: kernelShape, initializer: kernelInitializer },
      { name: 'bias_of_code', shape: [codes, output], initializer: biasInitializer },
      { name: 'bias', shape: [output], initializer: tf.initializers.zeros() },
    ],
    outputShape: ([shape = []]) => [...shape.slice(0, -1), output],
    compute: ([value, code], [kernelOfCode, ownKernel, biasOfCode, ownBias]) => {
      const generate = (from: Tensor, map: Tensor | undefined, own: Tensor | undefined): Tensor =>
        tf
          .matMul(from as Tensor2D, map as Tensor2D)
          .reshape((own as Tensor).shape)
          .add(own as Tensor);
      const one = (values: Tensor, from: Tensor): Tensor =>
        convolve(values, generate(from, kernelOfCode, ownKernel)).add(
          generate(from, biasOfCode, ownBias),
        );
      const [all, from] = [value as Tensor, code as Tensor];
      const batch = all.shape[0] as number;
      if (batch === 1) return one(all, from);
      const [values, codesOfBatch] = [tf.split(all, batch), tf.split(from, batch)];
      return tf.concat(values.map((each, index) => one(each, codesOfBatch[index] as Tensor)));
    },
    // The kernel as it is generated, and what is convolved before its bias.
    keptInside: ([shape = []]) =>
      2 * numbers + shape.slice(0, -1).reduce((product, n) => product * n, output),
  });
}

import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs';
import type { Layer } from '../layers/custom-layer';
import { transposedConvolution } from '../layers/transposed-convolution';
import { upsampleNearest } from '../layers/upsample-nearest';
import type { TensorFlow } from '../tensorflow';
import type { NetworkRequest } from './architecture';

/** An initializer of TensorFlow.js. */
export type Initializer = ReturnType<TensorFlow['initializers']['zeros']>;

/** Makes an initializer from a layer's own seed. */
export type SeededInitializer = (seed: number) => Initializer;

/** What a convolution is; padding keeps the size. */
export interface ConvolutionLayer {
  readonly filters: number;
  /** Samples along every axis. 3 if absent. */
  readonly kernel?: number;
  /** 1 if absent. */
  readonly stride?: number;
  readonly bias?: boolean;
  /** After the bias. Linear if absent. */
  readonly activation?: 'relu' | 'sigmoid' | 'tanh';
  /** The framework's if absent. */
  readonly initializer?: SeededInitializer;
  /** The framework's if absent. */
  readonly biasInitializer?: SeededInitializer;
}

/** Layers by the number of axes, so that a table is written once for slices and volumes. */
export interface NetworkSketch {
  readonly tf: TensorFlow;
  /** 2 or 3. */
  readonly axes: number;
  /** Of networks of one image that image. */
  readonly moving: SymbolicTensor;
  readonly fixed: SymbolicTensor;
  /**
   * How much regularization counts, `[batch, 1]`, 0 to 1: it becomes the third input of the model.
   * For architectures that have a `condition`.
   */
  regularization(): SymbolicTensor;
  /** Moving, then fixed, as two channels. */
  both(): SymbolicTensor;
  convolution(name: string, input: SymbolicTensor, layer: ConvolutionLayer): SymbolicTensor;
  /** Transposed, kernel and stride 2: doubles the size. With bias unless that is false. */
  doublingConvolution(
    name: string,
    input: SymbolicTensor,
    filters: number,
    options?: { readonly bias?: boolean },
  ): SymbolicTensor;
  /** Fully connected, with bias. Linear where no activation is named. */
  dense(
    name: string,
    input: SymbolicTensor,
    units: number,
    activation?: 'relu' | 'tanh',
  ): SymbolicTensor;
  leakyRelu(name: string, input: SymbolicTensor, slope: number): SymbolicTensor;
  /** Parametric ReLU with one slope for all channels, which begins at 1/4. */
  parametricRelu(name: string, input: SymbolicTensor): SymbolicTensor;
  relu(name: string, input: SymbolicTensor): SymbolicTensor;
  /** Halves the size. */
  maximumPool(name: string, input: SymbolicTensor): SymbolicTensor;
  /** Halves the size: means over three samples along each axis. */
  averagePool(name: string, input: SymbolicTensor): SymbolicTensor;
  /** Doubles the size by repetition. */
  upsample(name: string, input: SymbolicTensor): SymbolicTensor;
  concatenate(name: string, inputs: readonly SymbolicTensor[]): SymbolicTensor;
  sum(name: string, inputs: readonly SymbolicTensor[]): SymbolicTensor;
  apply(layer: Layer, inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor;
  /** An initializer with the seed of the layer of that name, or zeros where weights come from a file. */
  initializer(name: string, make: SeededInitializer): Initializer;
  model(name: string, outputs: readonly SymbolicTensor[]): LayersModel;
}

/** What a network sees. */
export type Seen = 'pair' | 'image';

/** Whose initial weights a published network was trained from. */
export type Framework = 'keras' | 'pytorch';

/**
 * Begins a network of two images, or of one. Convolutions begin as the framework's: in VoxelMorph's Keras code
 * with He's normal distribution and no bias; in PyTorch kernels and biases are uniform within
 * ±1/√(inputs of one output).
 */
export function sketchNetwork(
  tf: TensorFlow,
  { sizeVoxels, seed, initialWeights }: Omit<NetworkRequest<unknown>, 'settings'>,
  framework: Framework,
  sees: Seen = 'pair',
): NetworkSketch {
  const axes = sizeVoxels.length;
  const volume = axes === 3;
  const shape = [...sizeVoxels].reverse().concat(1);
  const moving = tf.input({ shape, name: sees === 'pair' ? 'moving' : 'image' });
  const fixed = tf.input({ shape, name: 'fixed' });
  const inputs = sees === 'pair' ? [moving, fixed] : [moving];

  const apply: NetworkSketch['apply'] = (layer, inputs) =>
    layer.apply(inputs as SymbolicTensor | SymbolicTensor[]) as SymbolicTensor;
  const initializer: NetworkSketch['initializer'] = (name, make) =>
    initialWeights === 'zero' ? tf.initializers.zeros() : make(seedOf(seed, name));
  const initial = (inputs: number): { kernel: SeededInitializer; bias: SeededInitializer } => {
    if (framework === 'keras') {
      return {
        kernel: (own) => tf.initializers.heNormal({ seed: own }),
        bias: () => tf.initializers.zeros(),
      };
    }
    const bound = 1 / Math.sqrt(inputs);
    const uniform: SeededInitializer = (own) =>
      tf.initializers.randomUniform({ minval: -bound, maxval: bound, seed: own });
    return { kernel: uniform, bias: uniform };
  };
  const initializers = (
    name: string,
    inputs: number,
    given: Pick<ConvolutionLayer, 'initializer' | 'biasInitializer'> = {},
  ) => ({
    kernelInitializer: initializer(name, given.initializer ?? initial(inputs).kernel),
    biasInitializer: initializer(`${name}/bias`, given.biasInitializer ?? initial(inputs).bias),
  });
  const concatenate: NetworkSketch['concatenate'] = (name, inputs) =>
    apply(tf.layers.concatenate({ name, axis: -1 }), inputs);

  return {
    tf,
    axes,
    moving,
    fixed,
    apply,
    initializer,
    concatenate,
    regularization() {
      if (inputs.length < 3) inputs.push(tf.input({ shape: [1], name: 'regularization' }));
      return inputs[2] as SymbolicTensor;
    },
    both: () => concatenate('both', [moving, fixed]),
    convolution(name, input, layer) {
      const { filters, kernel = 3, stride = 1, bias = true, activation } = layer;
      const inputs = kernel ** axes * channelsOf(input);
      const given = {
        name,
        filters,
        kernelSize: kernel,
        strides: stride,
        padding: 'same' as const,
        useBias: bias,
        ...initializers(name, inputs, layer),
        ...(activation && { activation }),
      };
      return apply(volume ? tf.layers.conv3d(given) : tf.layers.conv2d(given), input);
    },
    doublingConvolution(name, input, filters, { bias = true } = {}) {
      // PyTorch reckons with the outputs of a transposed convolution.
      const begins = initializers(name, 2 ** axes * filters);
      const layer = volume
        ? transposedConvolution(tf, {
            name,
            channels: [channelsOf(input), filters],
            kernel: 2,
            stride: 2,
            bias,
            ...begins,
          })
        : tf.layers.conv2dTranspose({
            name,
            filters,
            kernelSize: 2,
            strides: 2,
            padding: 'same',
            useBias: bias,
            ...begins,
          });
      return apply(layer, input);
    },
    dense(name, input, units, activation) {
      // As Keras begins what is fully connected.
      const glorot: SeededInitializer = (own) => tf.initializers.glorotUniform({ seed: own });
      const given = framework === 'keras' ? { initializer: glorot } : {};
      return apply(
        tf.layers.dense({
          name,
          units,
          ...initializers(name, channelsOf(input), given),
          ...(activation && { activation }),
        }),
        input,
      );
    },
    parametricRelu(name, input) {
      const shared = Array.from({ length: axes + 1 }, (_, axis) => axis + 1);
      const alphaInitializer = tf.initializers.constant({ value: 0.25 });
      return apply(
        tf.layers.prelu({
          name,
          alphaInitializer: initializer(name, () => alphaInitializer),
          sharedAxes: shared,
        }),
        input,
      );
    },
    relu: (name, input) => apply(tf.layers.reLU({ name }), input),
    leakyRelu: (name, input, alpha) => apply(tf.layers.leakyReLU({ name, alpha }), input),
    maximumPool(name, input) {
      return apply(
        volume
          ? tf.layers.maxPooling3d({
              name,
              poolSize: [2, 2, 2],
              strides: [2, 2, 2],
              padding: 'valid',
            })
          : tf.layers.maxPooling2d({ name, poolSize: 2, strides: 2 }),
        input,
      );
    },
    averagePool(name, input) {
      const padding = 'same' as const;
      return apply(
        volume
          ? tf.layers.averagePooling3d({ name, poolSize: [3, 3, 3], strides: [2, 2, 2], padding })
          : tf.layers.averagePooling2d({ name, poolSize: 3, strides: 2, padding }),
        input,
      );
    },
    upsample: (name, input) => apply(upsampleNearest(tf, name), input),
    sum: (name, inputs) => apply(tf.layers.add({ name }), inputs),
    model: (name, outputs) => tf.model({ name, inputs: [...inputs], outputs: [...outputs] }),
  };
}

function channelsOf(tensor: SymbolicTensor): number {
  return tensor.shape.at(-1) as number;
}

/** The seed of one layer: FNV-1a over the network's seed and the layer's name. */
function seedOf(seed: number, name: string): number {
  let hash = 0x811c9dc5;
  for (const character of `${seed}/${name}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
}

import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs';
import type { Layer } from '../layers/custom-layer';
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
  readonly activation?: 'relu' | 'softsign' | 'sigmoid' | 'tanh';
  /** He's normal distribution if absent. */
  readonly initializer?: SeededInitializer;
  /** 0 if absent. */
  readonly biasInitializer?: SeededInitializer;
}

/** Layers by the number of axes, so that a table is written once for slices and volumes. */
export interface NetworkSketch {
  readonly tf: TensorFlow;
  /** 2 or 3. */
  readonly axes: number;
  readonly moving: SymbolicTensor;
  readonly fixed: SymbolicTensor;
  /** Moving, then fixed, as two channels. */
  both(): SymbolicTensor;
  convolution(name: string, input: SymbolicTensor, layer: ConvolutionLayer): SymbolicTensor;
  /** Transposed: stride 2 doubles the size. Options as for `convolution`. */
  transposedConvolution(
    name: string,
    input: SymbolicTensor,
    layer: ConvolutionLayer,
  ): SymbolicTensor;
  leakyRelu(name: string, input: SymbolicTensor, slope: number): SymbolicTensor;
  /** Halves the size. */
  maximumPool(name: string, input: SymbolicTensor): SymbolicTensor;
  /** Doubles the size by repetition. */
  upsample(name: string, input: SymbolicTensor): SymbolicTensor;
  concatenate(name: string, inputs: readonly SymbolicTensor[]): SymbolicTensor;
  sum(name: string, inputs: readonly SymbolicTensor[]): SymbolicTensor;
  apply(layer: Layer, inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor;
  /** An initializer with the seed of the layer of that name, or zeros where weights come from a file. */
  initializer(name: string, make: SeededInitializer): Initializer;
  model(name: string, outputs: readonly SymbolicTensor[]): LayersModel;
}

/** Begins a network of two images. */
export function sketchNetwork(
  tf: TensorFlow,
  { sizeVoxels, seed, initialWeights }: Omit<NetworkRequest<unknown>, 'settings'>,
): NetworkSketch {
  const axes = sizeVoxels.length;
  const volume = axes === 3;
  const shape = [...sizeVoxels].reverse().concat(1);
  const moving = tf.input({ shape, name: 'moving' });
  const fixed = tf.input({ shape, name: 'fixed' });

  const apply: NetworkSketch['apply'] = (layer, inputs) =>
    layer.apply(inputs as SymbolicTensor | SymbolicTensor[]) as SymbolicTensor;
  const initializer: NetworkSketch['initializer'] = (name, make) =>
    initialWeights === 'zero' ? tf.initializers.zeros() : make(seedOf(seed, name));
  const convolutionArguments = (name: string, layer: ConvolutionLayer) => ({
    name,
    filters: layer.filters,
    kernelSize: layer.kernel ?? 3,
    strides: layer.stride ?? 1,
    padding: 'same' as const,
    useBias: layer.bias ?? true,
    kernelInitializer: initializer(
      name,
      layer.initializer ?? ((own) => tf.initializers.heNormal({ seed: own })),
    ),
    ...(layer.biasInitializer && {
      biasInitializer: initializer(`${name}/bias`, layer.biasInitializer),
    }),
    ...(layer.activation && { activation: layer.activation }),
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
    both: () => concatenate('both', [moving, fixed]),
    convolution(name, input, layer) {
      const given = convolutionArguments(name, layer);
      return apply(volume ? tf.layers.conv3d(given) : tf.layers.conv2d(given), input);
    },
    transposedConvolution(name, input, layer) {
      const given = convolutionArguments(name, layer);
      return apply(
        volume ? tf.layers.conv3dTranspose(given) : tf.layers.conv2dTranspose(given),
        input,
      );
    },
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
    upsample: (name, input) => apply(upsampleNearest(tf, name), input),
    sum: (name, inputs) => apply(tf.layers.add({ name }), inputs),
    model: (name, outputs) => tf.model({ name, inputs: [moving, fixed], outputs: [...outputs] }),
  };
}

/** The seed of one layer: FNV-1a over the network's seed and the layer's name. */
function seedOf(seed: number, name: string): number {
  let hash = 0x811c9dc5;
  for (const character of `${seed}/${name}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
}

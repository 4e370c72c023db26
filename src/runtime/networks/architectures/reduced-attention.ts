import type { SymbolicTensor } from '@tensorflow/tfjs';
import { attention } from '../layers/attention';
import { depthwiseConvolution } from '../layers/depthwise-convolution';
import { depthwiseReduction } from '../layers/depthwise-reduction';
import { linear } from '../layers/linear';
import { imageNormalization, layerNormalization } from '../layers/normalization';
import type { NetworkSketch, SeededInitializer } from './network-sketch';

/** What tells apart the transformer blocks of networks that share this attention. */
export interface ReducedAttention {
  readonly heads: number;
  /** Places along every axis that become one key and one value; 1: each is its own. */
  readonly stride: number;
  /** Queries are normalized between the two steps of their convolution. */
  readonly normalizesQueries: boolean;
  /** Of keys and values, and of what reduces them. */
  readonly keyBias: boolean;
  readonly reductionBias: boolean;
  /** Of a linear map of so many inputs. */
  linear(inputs: number): SeededInitializer;
  /** Of a convolution of each channel by itself: so many samples, so many channels. */
  depthwise(samples: number, channels: number): SeededInitializer;
}

/**
 * A transformer block whose attention is cheap on large maps, as in ResT (Zhang and Yang, NeurIPS 2021,
 * arXiv:2105.13677): queries are made by a depth-wise separable convolution; keys and values of a map
 * that convolutions with strides, channel by channel, have made small. Then a perceptron with four times
 * the channels. Both are added to what went in.
 */
export function reducedAttentionBlock(
  sketch: NetworkSketch,
  name: string,
  input: SymbolicTensor,
  { heads, stride, ...block }: ReducedAttention,
): SymbolicTensor {
  const { tf, apply, axes } = sketch;
  const channels = input.shape.at(-1) as number;
  const part = (of: string) => `${name}_${of}`;
  const normalize = (of: string, from: SymbolicTensor) =>
    apply(layerNormalization(tf, part(of), channels), from);
  const map = (
    of: string,
    from: SymbolicTensor,
    outputs: number,
    options: { readonly bias?: boolean; readonly activation?: 'gelu' } = {},
  ) => {
    const inputs = from.shape.at(-1) as number;
    const initializer = sketch.initializer(part(of), block.linear(inputs));
    const layer = { name: part(of), channels: [inputs, outputs] as const, initializer };
    return apply(linear(tf, { bias: true, ...layer, ...options }), from);
  };
  const kernels = (of: string, samples: number) => ({
    name: part(of),
    channels,
    axes,
    kernelInitializer: sketch.initializer(part(of), block.depthwise(samples, channels)),
    biasInitializer: tf.initializers.zeros(),
  });

  const seen = normalize('normalization_0', input);
  const local = apply(depthwiseConvolution(tf, kernels('queries_local', 3 ** axes)), seen);
  const level = block.normalizesQueries
    ? apply(imageNormalization(tf, part('queries_normalization'), channels), local)
    : local;
  const queries = map('queries', level, channels);
  let few = seen;
  if (stride > 1) {
    const reduction = { ...kernels('reduction', (stride + 1) ** axes), stride };
    few = apply(depthwiseReduction(tf, { ...reduction, bias: block.reductionBias }), seen);
    few = normalize('reduction_normalization', few);
  }
  const keys = map('keys', few, channels, { bias: block.keyBias });
  const values = map('values', few, channels, { bias: block.keyBias });
  const scale = (channels / heads) ** -0.5;
  const looked = apply(attention(tf, { name: part('attention'), heads, scale }), [
    queries,
    keys,
    values,
  ]);
  const attended = sketch.sum(part('attended'), [input, map('projection', looked, channels)]);
  const hidden = map('perceptron_0', normalize('normalization_1', attended), 4 * channels, {
    activation: 'gelu',
  });
  return sketch.sum(part('sum'), [attended, map('perceptron_1', hidden, channels)]);
}

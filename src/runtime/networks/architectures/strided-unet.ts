import type { SymbolicTensor } from '@tensorflow/tfjs';
import type { NetworkSketch } from './network-sketch';

/** What tells apart the networks that share SYMNet's layer table. */
export interface StridedUnet {
  /** Channels of the first convolution; deeper ones have multiples of them. */
  readonly width: number;
  readonly activation: 'relu' | 'parametric-relu';
  /** The second convolution of each level but the first. */
  readonly level: 'convolution' | 'parallel-kernels';
  /** Channels that enter the deepest level's second convolution, as multiples of the width. */
  readonly deepest: 8 | 16;
  /** How many of the four levels on the way up are there. */
  readonly upwards: 2 | 4;
}

/**
 * The U-Net of SYMNet: two convolutions at each of five levels, strides of 2 between them, transposed
 * convolutions and skip connections on the way up. PyTorch's code pads a strided convolution on both
 * sides; here, as in TensorFlow, on the far side alone, which mirrors where coarse samples lie.
 */
export function stridedUnet(
  sketch: NetworkSketch,
  { width, activation, level, deepest, upwards }: StridedUnet,
): SymbolicTensor {
  const activate = (name: string, input: SymbolicTensor) =>
    activation === 'relu'
      ? sketch.relu(`${name}_activation`, input)
      : sketch.parametricRelu(`${name}_activation`, input);
  const block = (name: string, input: SymbolicTensor, times: number, stride = 1) =>
    activate(name, sketch.convolution(name, input, { filters: times * width, stride }));
  /** 1, 3 and 5 samples wide, and the input itself. */
  const parallel = (name: string, input: SymbolicTensor, times: number) => {
    const branches = [3, 5, 1].map((kernel) =>
      sketch.convolution(`${name}_kernel_${kernel}`, input, { filters: times * width, kernel }),
    );
    return activate(name, sketch.sum(`${name}_sum`, [...branches, input]));
  };
  const second = level === 'convolution' ? block : parallel;

  let current = block('encoder_0_1', block('encoder_0_0', sketch.both(), 1), 1);
  const skips: SymbolicTensor[] = [];
  for (const [index, [first, last]] of [
    [2, 2] as const,
    [4, 4] as const,
    [8, 8] as const,
    [deepest, 8] as const,
  ].entries()) {
    skips.push(current);
    const down = block(`encoder_${index + 1}_0`, current, first, 2);
    current = second(`encoder_${index + 1}_1`, down, last);
  }
  const up = [
    [8, 8, 4],
    [4, 4, 2],
    [2, 4, 2],
    [2, 2, 2],
  ] as const;
  for (const [index, [grown, first, last]] of up.slice(0, upwards).entries()) {
    const doubled = activate(
      `up_${index}`,
      sketch.doublingConvolution(`up_${index}`, current, grown * width),
    );
    const joined = sketch.concatenate(`skip_${index}`, [
      doubled,
      skips[3 - index] as SymbolicTensor,
    ]);
    current = block(`decoder_${index}_1`, block(`decoder_${index}_0`, joined, first), last);
  }
  return current;
}

import type { SymbolicTensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { linear } from '../layers/linear';
import { instanceNormalization, layerNormalization } from '../layers/normalization';
import { spreadNeighbours } from '../layers/spread-neighbours';
import { type Architecture, checkSize } from './architecture';
import { sketchNetwork } from './network-sketch';
import { reducedAttentionBlock } from './reduced-attention';

const settings = z.strictObject({
  predicts: z.enum(['displacement', 'velocity']).default('displacement'),
  /** Channels of the first convolutions; they double with every level. */
  width: z.int().min(1).max(64).default(16),
  /** Transformer blocks on the way down, at a quarter, an eighth and a sixteenth of the resolution, then up. */
  depths: z.array(z.int().min(1).max(24)).length(5).default([4, 2, 2, 2, 2]),
  /** Places along every axis that become one key, at a quarter, an eighth and a sixteenth of the resolution. */
  strides: z.array(z.int().min(1).max(64)).length(3).default([24, 16, 12]),
});

/** Settings of SymTrans, all of them. */
export type SymTransSettings = z.infer<typeof settings>;

const heads = [2, 4, 8] as const;

/**
 * SymTrans: Ma, Xu, Song and Liu, 2022, arXiv:2204.13575. Transformer blocks look down (four, two and two at a quarter, an eighth and a
 * sixteenth of the resolution) and up again (two and two), convolutions do what is finer. The layer table
 * is that of the authors' code. Their strides of 24, 16 and 12 are for 96 × 112 × 96, where two keys are
 * left at a quarter of the resolution and one below it.
 *
 * What differs: convolutions with strides are padded as TensorFlow does, so that those that reduce see the whole
 * map, where the authors' begin with half a kernel of zeros and leave the far edge out. Biases of linear
 * maps and of depth-wise convolutions begin at 0.
 */
export const symtrans: Architecture<SymTransSettings> = {
  name: 'symtrans',
  title: 'SymTrans',
  settings,
  multipleOf: () => 16,
  build(tf, request) {
    checkSize('SymTrans', request, 16);
    const { predicts, width, depths, strides } = request.settings;
    const sketch = sketchNetwork(tf, request, 'pytorch');
    const { axes, apply } = sketch;
    const uniform = (inputs: number) => (seed: number) => {
      const bound = 1 / Math.sqrt(inputs);
      return tf.initializers.randomUniform({ minval: -bound, maxval: bound, seed });
    };
    const normalize = (name: string, input: SymbolicTensor) =>
      apply(layerNormalization(tf, name, input.shape.at(-1) as number), input);
    const pair = (name: string, input: SymbolicTensor, filters: number, stride: 1 | 2) => {
      const bias = name.startsWith('decoder');
      const first = sketch.convolution(`${name}_0`, input, { filters, stride, bias });
      const second = sketch.convolution(`${name}_1`, first, { filters, bias });
      return apply(instanceNormalization(tf, `${name}_normalization`), second);
    };
    const embed = (name: string, input: SymbolicTensor, filters: number, stride: 1 | 2) => {
      const embedded = sketch.convolution(name, input, { filters, stride, bias: false });
      return normalize(`${name}_normalization`, embedded);
    };
    const transform = (name: string, input: SymbolicTensor, stage: number, index = stage) => {
      let current = input;
      for (let block = 0; block < (depths[index] as number); block += 1) {
        current = reducedAttentionBlock(sketch, `${name}_block_${block}`, current, {
          heads: heads[stage] as number,
          stride: strides[stage] as number,
          normalizesQueries: false,
          keyBias: true,
          reductionBias: false,
          linear: uniform,
          depthwise: (samples) => uniform(samples),
        });
      }
      return normalize(`${name}_normalization`, current);
    };
    /** Twice the samples, half the channels. */
    const expand = (name: string, input: SymbolicTensor) => {
      const channels = input.shape.at(-1) as number;
      const map = (part: string, from: SymbolicTensor, outputs: number, bias: boolean) => {
        const initializer = sketch.initializer(`${name}_${part}`, uniform(channels));
        const shape = [channels, outputs] as const;
        return apply(
          linear(tf, { name: `${name}_${part}`, channels: shape, bias, initializer }),
          from,
        );
      };
      const wide = map('widening', input, channels * 2 ** axes, false);
      const spread = apply(spreadNeighbours(tf, `${name}_spreading`), wide);
      return normalize(`${name}_normalization`, map('narrowing', spread, channels / 2, true));
    };

    const full = pair('encoder_0', sketch.both(), width, 1);
    const half = pair('encoder_1', full, 2 * width, 2);
    const quarter = transform('down_0', embed('embedding_0', half, 4 * width, 2), 0);
    const eighth = transform('down_1', embed('embedding_1', quarter, 8 * width, 2), 1);
    let current = transform('down_2', embed('embedding_2', eighth, 16 * width, 2), 2);
    for (const [step, skip] of [eighth, quarter].entries()) {
      const filters = skip.shape.at(-1) as number;
      const joined = sketch.concatenate(`skip_${step}`, [
        skip,
        expand(`expansion_${step}`, current),
      ]);
      const fused = sketch.convolution(`fusion_${step}`, joined, { filters });
      current = transform(
        `up_${step}`,
        embed(`up_${step}_embedding`, fused, filters, 1),
        1 - step,
        3 + step,
      );
    }
    current = sketch.doublingConvolution('up_2', current, 2 * width);
    current = pair('decoder_2', sketch.concatenate('skip_2', [half, current]), 2 * width, 1);
    current = sketch.doublingConvolution('up_3', current, width);
    current = sketch.concatenate('skip_3', [full, current]);
    current = sketch.convolution('decoder_3', current, { filters: width });
    const last = sketch.convolution('field_0', current, { filters: width, activation: 'relu' });
    const field = sketch.convolution('field', last, { filters: axes });
    return { model: sketch.model('symtrans', [field]), predicts, everyVoxels: 1 };
  },
};

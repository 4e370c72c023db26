import type { SymbolicTensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { type Architecture, checkSize } from './architecture';
import { sketchNetwork } from './network-sketch';
import { reducedAttentionBlock } from './reduced-attention';

const settings = z.strictObject({
  predicts: z.enum(['displacement', 'velocity']).default('displacement'),
  /** Channels of the first convolution; they double with every level. */
  width: z.int().min(1).max(128).default(16),
  /** Transformer blocks at a quarter, an eighth and a sixteenth of the resolution. */
  depths: z.array(z.int().min(1).max(24)).length(3).default([2, 2, 2]),
  /** Places along every axis that become one key there. */
  strides: z.array(z.int().min(1).max(64)).length(3).default([8, 4, 2]),
});

/** Settings of TD-Net, all of them. */
export type TdNetSettings = z.infer<typeof settings>;

/**
 * TD-Net: Song, Liu and Ma, Applied Intelligence, 2022, doi:10.1007/s10489-022-03472-w. A U-Net
 * whose features pass through two transformer blocks at a quarter, an eighth and a sixteenth of the
 * resolution, and are joined by convolutions on the way up; the layer table is that of the authors' code.
 * Leaky ReLU (0.2); convolutions begin with Glorot's normal distribution, linear maps with a standard
 * deviation of 0.01.
 *
 * What differs: the batch normalization within the queries, which the authors train with one image a
 * batch, is over that image while it predicts, too. The field begins with a standard deviation of 1e-5,
 * as their model says; their training begins it with Glorot's, so that images are torn at first. A
 * position encoding that their code declares and never uses is not here.
 */
export const tdNet: Architecture<TdNetSettings> = {
  name: 'td-net',
  title: 'TD-Net',
  settings,
  multipleOf: () => 16,
  build(tf, request) {
    checkSize('TD-Net', request, 16);
    const { width, predicts, depths, strides } = request.settings;
    const sketch = sketchNetwork(tf, request, 'pytorch');
    const { axes } = sketch;
    const normal = (stddev: number) => (seed: number) =>
      tf.initializers.randomNormal({ mean: 0, stddev, seed });
    const biasInitializer = () => tf.initializers.zeros();
    const convolution = (name: string, input: SymbolicTensor, times: number, stride = 1) =>
      sketch.convolution(name, input, {
        filters: times * width,
        stride,
        initializer: (seed) => tf.initializers.glorotNormal({ seed }),
        biasInitializer,
      });
    const block = (name: string, input: SymbolicTensor, times: number, stride = 1) =>
      sketch.leakyRelu(`${name}_activation`, convolution(name, input, times, stride), 0.2);

    const full = block('encoder_0', sketch.both(), 1);
    const half = block('encoder_1', full, 2, 2);
    const seen: SymbolicTensor[] = [];
    for (const [index, depth] of depths.entries()) {
      const name = `stage_${index}`;
      let current = convolution(`${name}_embedding`, seen.at(-1) ?? half, 4 * 2 ** index, 2);
      for (let part = 0; part < depth; part += 1) {
        current = reducedAttentionBlock(sketch, `${name}_block_${part}`, current, {
          heads: 2 ** index,
          stride: strides[index] as number,
          normalizesQueries: true,
          keyBias: false,
          reductionBias: true,
          linear: () => normal(0.01),
          depthwise: (samples, channels) => normal(Math.sqrt(2 / (samples * (1 + channels)))),
        });
      }
      seen.push(current);
    }
    const [quarter, eighth, sixteenth] = seen as [SymbolicTensor, SymbolicTensor, SymbolicTensor];
    const up = (step: number, input: SymbolicTensor, skip: SymbolicTensor) =>
      sketch.concatenate(`skip_${step}`, [sketch.upsample(`upsample_${step}`, input), skip]);

    let current = block('bottom', sixteenth, 8);
    current = block('decoder_0_0', up(0, current, eighth), 8);
    current = block('decoder_0_1', current, 4);
    current = block('decoder_1_0', up(1, current, quarter), 4);
    current = block('decoder_1_1', current, 2);
    current = block('decoder_2_0', up(2, current, half), 2);
    current = block('decoder_2_1', sketch.concatenate('skip_again', [current, half]), 2);
    current = block('decoder_2_2', current, 1);
    current = block('decoder_3', up(3, current, full), 1);
    const field = sketch.convolution('field', current, {
      filters: axes,
      initializer: normal(1e-5),
      biasInitializer,
    });
    return { model: sketch.model('td-net', [field]), predicts, everyVoxels: 1 };
  },
};

import type { SymbolicTensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { instanceNormalization } from '../layers/normalization';
import { type Architecture, checkSize } from './architecture';
import { sketchNetwork } from './network-sketch';

const words = z.string().max(60).default('');

const settings = z.strictObject({
  /** Channels at full size; twice and four times as many at a half and at a quarter of it. */
  channels: z.int().min(1).max(256).default(64),
  /** Residual blocks at a quarter of the size. */
  blocks: z.int().min(1).max(16).default(9),
  /** Samples along every axis of the first and the last kernel. */
  outerKernel: z.union([z.literal(3), z.literal(5), z.literal(7)]).default(7),
  /** The contrast that it is shown, and the one that it gives, in words. */
  from: words,
  to: words,
});

/** Settings of the translator, all of them. */
export type TranslatorSettings = z.infer<typeof settings>;

/** Layers whose outputs a contrastive loss looks at, after the image itself: both halvings, the first block and that in the middle. */
export function featureLayers({ blocks }: TranslatorSettings): readonly string[] {
  const middle = Math.floor(blocks / 2);
  const inBlocks = [...new Set([0, middle])].map((block) => `block_${block}_sum`);
  return ['down_0_relu', 'down_1_relu', ...inBlocks];
}

/**
 * A network that gives an image in another contrast: CycleGAN's generator of residual blocks, Zhu et al. 2017,
 * doi:10.1109/ICCV.2017.244. A wide convolution, two of stride 2, residual blocks of two convolutions, back to full size, a wide
 * convolution; instance normalization and ReLU between. For images of one channel.
 *
 * Chosen here: the size is doubled by repetition and a convolution, of as many weights as the published transposed one, which leaves no checkerboard; borders
 * are padded with zeros and not mirrored; what comes out is squashed to [0, 1] by a sigmoid, where images here lie, and not to [−1, 1].
 */
export const translator: Architecture<TranslatorSettings> = {
  name: 'translator',
  title: 'Translator',
  task: 'translate',
  settings,
  multipleOf: () => 4,
  build(tf, request) {
    checkSize('Translator', request, 4);
    const { channels, blocks, outerKernel } = request.settings;
    const sketch = sketchNetwork(tf, request, 'keras', 'image');
    const initializer = (seed: number) =>
      tf.initializers.randomNormal({ mean: 0, stddev: 0.02, seed });
    const convolved = (
      name: string,
      input: SymbolicTensor,
      layer: { readonly filters: number; readonly kernel?: number; readonly stride?: number },
    ) => {
      const seen = sketch.convolution(name, input, { ...layer, initializer });
      return sketch.apply(instanceNormalization(tf, `${name}_norm`), seen);
    };
    const active = (name: string, ...given: [SymbolicTensor, Parameters<typeof convolved>[2]]) =>
      sketch.relu(`${name}_relu`, convolved(name, ...given));
    let last = active('first', sketch.moving, { filters: channels, kernel: outerKernel });
    for (const level of [0, 1]) {
      last = active(`down_${level}`, last, { filters: channels * 2 ** (level + 1), stride: 2 });
    }
    for (let block = 0; block < blocks; block += 1) {
      const name = `block_${block}`;
      const filters = 4 * channels;
      const inside = active(`${name}_0`, last, { filters });
      last = sketch.sum(`${name}_sum`, [last, convolved(`${name}_1`, inside, { filters })]);
    }
    for (const level of [1, 0]) {
      const wide = sketch.upsample(`up_${level}_double`, last);
      last = active(`up_${level}`, wide, { filters: channels * 2 ** level });
    }
    const kernel = outerKernel;
    const image = { filters: 1, kernel, initializer, activation: 'sigmoid' as const };
    last = sketch.convolution('translated', last, image);
    return { model: sketch.model('translator', [last]), predicts: 'image', everyVoxels: 1 };
  },
};

import type { SymbolicTensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { instanceNormalization } from '../layers/normalization';
import { type Architecture, checkSize } from './architecture';
import { sketchNetwork } from './network-sketch';

const settings = z.strictObject({
  /** Two images, of which it says whether they are aligned; or one, of which it says whether it is real. */
  sees: z.enum(['pair', 'image']).default('pair'),
  /** Channels of the convolutions, all of stride 2 but the last. */
  channels: z.array(z.int().min(1).max(512)).min(1).max(6).default([64, 128, 256, 512]),
});

/** Settings of the discriminator, all of them. */
export type DiscriminatorSettings = z.infer<typeof settings>;

/**
 * A discriminator that judges patches, as of CycleGAN: Isola et al. 2017, doi:10.1109/CVPR.2017.632, and Zhu et al. 2017,
 * doi:10.1109/ICCV.2017.244. Convolutions with leaky ReLU (0.2) and instance normalization on all but the first, then one to a
 * verdict for each place, which is not squashed: it is for least squares.
 *
 * Chosen here: kernels of 3 in place of 4, which pad alike on both sides, so that a verdict sees 47 samples in place of 70; weights begin
 * normal with a standard deviation of 0.02, as published.
 */
export const discriminator: Architecture<DiscriminatorSettings> = {
  name: 'discriminator',
  title: 'Discriminator',
  task: 'judge',
  settings,
  // Odd sizes are padded.
  multipleOf: () => 1,
  build(tf, request) {
    checkSize('Discriminator', request, 1);
    const { sees, channels } = request.settings;
    const sketch = sketchNetwork(tf, request, 'keras', sees);
    const initializer = (seed: number) =>
      tf.initializers.randomNormal({ mean: 0, stddev: 0.02, seed });
    let last: SymbolicTensor = sees === 'pair' ? sketch.both() : sketch.moving;
    for (const [level, filters] of channels.entries()) {
      const name = `patch_${level}`;
      const stride = level === channels.length - 1 ? 1 : 2;
      last = sketch.convolution(name, last, { filters, stride, initializer });
      if (level > 0) last = sketch.apply(instanceNormalization(tf, `${name}_norm`), last);
      last = sketch.leakyRelu(`${name}_relu`, last, 0.2);
    }
    last = sketch.convolution('verdicts', last, { filters: 1, initializer });
    return {
      model: sketch.model('discriminator', [last]),
      predicts: 'verdicts',
      everyVoxels: 2 ** (channels.length - 1),
    };
  },
};

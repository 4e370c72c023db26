import type { SymbolicTensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { type DemonsLevel, featureDemons } from '../layers/feature-demons';
import { imagesAsBatch } from '../layers/images-as-batch';
import { type Architecture, checkSize } from './architecture';
import { type NetworkSketch, sketchNetwork } from './network-sketch';

const settings = z.strictObject({
  /** Channels of the convolutions before each halving. */
  encoder: z.array(z.int().min(1).max(256)).min(1).max(4).default([16, 32]),
  /** Channels that it gives of an image. */
  channels: z.int().min(1).max(64).default(8),
});

/** Settings of the feature encoder, all of them. */
export type FeatureEncoderSettings = z.infer<typeof settings>;

/** The demons that features are driven by while they learn. */
const levels: readonly DemonsLevel[] = [
  { everyVoxels: 4, iterations: 4 },
  { everyVoxels: 2, iterations: 2 },
];

/**
 * A network that gives features of an image for log-demons, after the idea of Zhao and Jia, Deep adaptive log-demons: diffeomorphic
 * image registration with very large deformations (2015), doi:10.1155/2015/836202. Of their network no layer table was at hand;
 * chosen here: each image by itself goes through one small U-Net (leaky ReLU 0.2, maximum pooling, nearest-neighbour
 * upsampling with skip connections), whose last convolution gives channels within [−1, 1] (tanh). They learn
 * through what they are for: some iterations of log-demons within the network (`feature-demons.ts`).
 *
 * The second output is the features, of the moving images, then of the fixed ones.
 */
export const featureEncoder: Architecture<FeatureEncoderSettings> = {
  name: 'feature-encoder',
  title: 'Feature encoder',
  settings,
  multipleOf: ({ encoder }) => Math.max(2 ** encoder.length, 4),
  build(tf, request) {
    checkSize('Feature encoder', request, this.multipleOf(request.settings));
    const { fieldOps } = request;
    if (!fieldOps) {
      throw new RangeError('Feature encoder warps within: it needs the field ops of a device.');
    }
    const sketch = sketchNetwork(tf, request, 'keras');
    const images = sketch.apply(imagesAsBatch(tf, 'images'), [sketch.moving, sketch.fixed]);
    const features = encoded(sketch, images, request.settings);
    const velocity = sketch.apply(featureDemons(tf, 'demons', { levels, fieldOps }), features);
    return {
      model: sketch.model('feature-encoder', [velocity, features]),
      predicts: 'velocity',
      everyVoxels: levels.at(-1)?.everyVoxels ?? 1,
      features: true,
    };
  },
};

/** The U-Net of one image. */
function encoded(
  sketch: NetworkSketch,
  image: SymbolicTensor,
  { encoder, channels }: FeatureEncoderSettings,
): SymbolicTensor {
  const block = (name: string, input: SymbolicTensor, filters: number) =>
    sketch.leakyRelu(`${name}_activation`, sketch.convolution(name, input, { filters }), 0.2);
  const skips: SymbolicTensor[] = [];
  let current = image;
  for (const [level, filters] of encoder.entries()) {
    current = block(`encoder_${level}`, current, filters);
    skips.push(current);
    current = sketch.maximumPool(`pool_${level}`, current);
  }
  current = block('deepest', current, encoder.at(-1) ?? channels);
  for (const [level, filters] of [...encoder.entries()].reverse()) {
    const larger = sketch.upsample(`upsample_${level}`, current);
    const skip = skips[level] as SymbolicTensor;
    current = block(
      `decoder_${level}`,
      sketch.concatenate(`skip_${level}`, [larger, skip]),
      filters,
    );
  }
  return sketch.convolution('features', current, { filters: channels, activation: 'tanh' });
}

import type { SymbolicTensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { attention } from '../layers/attention';
import { coordinateAttention } from '../layers/coordinate-attention';
import { learnedScale } from '../layers/learned-scale';
import { type Architecture, checkSize } from './architecture';
import { type NetworkSketch, sketchNetwork } from './network-sketch';
import { finishVoxelMorph } from './voxelmorph';

const features = z.int().min(1).max(512);

const settings = z.strictObject({
  predicts: z.enum(['displacement', 'velocity']).default('displacement'),
  /** Channels of the convolutions before each pooling. */
  encoder: z.array(features).min(1).max(6).default([16, 32, 32, 32]),
  /** Channels of the convolutions before each upsampling, then of those at the field's resolution. */
  decoder: z.array(features).min(1).max(12).default([32, 32, 32, 32, 32, 16, 16]),
});

/** Settings of the dual-attention network, all of them. */
export type DualAttentionSettings = z.infer<typeof settings>;

/**
 * Dual-attention VoxelMorph (DAVoxelMorph): Li et al., Scientific Reports 12 (2022),
 * doi:10.1038/s41598-022-20589-7. VoxelMorph's U-Net, whose deepest features are looked at twice:
 * position attention weighs each place by all places, coordinate attention weighs channels by where
 * along each axis they are strong.
 *
 * No layer table is published. Chosen here: both stand side by side where the map is smallest, after the
 * last pooling (a number for each pair of places, 1680² for 160 × 192 × 224), and their results are
 * added, as in the Dual Attention Network (Fu et al., CVPR 2019, doi:10.1109/CVPR.2019.00326), whose
 * position attention this is: queries and keys of an eighth of the channels, values of all, no scale
 * before the softmax, a learned one after it that begins at 0. Coordinate attention is narrowed to a
 * 32nd of the channels, eight at least, as its authors do.
 */
export const dualAttention: Architecture<DualAttentionSettings> = {
  name: 'dual-attention',
  title: 'Dual-attention VoxelMorph',
  settings,
  multipleOf: ({ encoder }) => 2 ** encoder.length,
  build(tf, request) {
    checkSize('Dual-attention VoxelMorph', request, this.multipleOf(request.settings));
    const sketch = sketchNetwork(tf, request, 'keras');
    const chosen = { ...request.settings, logVariance: false };
    return finishVoxelMorph('dual-attention', sketch, chosen, (deepest) =>
      attendTwice(sketch, deepest),
    );
  },
};

function attendTwice(sketch: NetworkSketch, input: SymbolicTensor): SymbolicTensor {
  const { tf, apply, axes } = sketch;
  const channels = input.shape.at(-1) as number;
  const narrow = Math.max(1, Math.floor(channels / 8));
  const [queries, keys, values] = (
    [
      ['queries', narrow],
      ['keys', narrow],
      ['values', channels],
    ] as const
  ).map(([name, filters]) => sketch.convolution(`position_${name}`, input, { filters, kernel: 1 }));
  const seen = apply(attention(tf, { name: 'position_attention', heads: 1, scale: 1 }), [
    queries as SymbolicTensor,
    keys as SymbolicTensor,
    values as SymbolicTensor,
  ]);
  const grown = apply(learnedScale(tf, 'position_scale'), seen);
  const weighed = apply(
    coordinateAttention(tf, {
      name: 'coordinate_attention',
      channels,
      squeezed: Math.max(8, Math.floor(channels / 32)),
      axes,
      initializer: (weight) =>
        sketch.initializer(`coordinate_attention/${weight}`, (seed) =>
          tf.initializers.heNormal({ seed }),
        ),
    }),
    input,
  );
  return sketch.sum('attended', [input, grown, weighed]);
}

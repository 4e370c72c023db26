import { z } from 'zod';
import { type Architecture, checkSize } from './architecture';
import { sketchNetwork } from './network-sketch';
import { finishVoxelMorph } from './voxelmorph';

const settings = z.strictObject({
  /** Channels of every convolution but the field's. */
  width: z.int().min(1).max(512).default(64),
  /** Whether the velocity lies at half resolution, as published. */
  everyVoxels: z.union([z.literal(1), z.literal(2)]).default(2),
});

/** Settings of SynthMorph, all of them. */
export type SynthMorphSettings = z.infer<typeof settings>;

/**
 * SynthMorph: Hoffmann et al., IEEE TMI 41 (2022), doi:10.1109/TMI.2021.3116879. VoxelMorph's network
 * with `width` channels throughout, four levels, six convolutions on the way up, and a velocity at
 * half resolution. What makes it SynthMorph is what it is trained on: generated images, compared by
 * their labels. The published weights have 64 channels, later ones 256; narrower ones train in less.
 */
export const synthmorph: Architecture<SynthMorphSettings> = {
  name: 'synthmorph',
  title: 'SynthMorph',
  settings,
  multipleOf: () => 16,
  build(tf, request) {
    checkSize('SynthMorph', request, 16);
    const { width, everyVoxels } = request.settings;
    return finishVoxelMorph('synthmorph', sketchNetwork(tf, request, 'keras'), {
      predicts: 'velocity',
      everyVoxels,
      encoder: Array<number>(4).fill(width),
      decoder: Array<number>(6).fill(width),
      logVariance: false,
    });
  },
};

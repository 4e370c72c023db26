import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { integerParameter } from '../../runtime/api/nodes/parameters';
import { requireSameChannels, requireSameGrid } from '../shared/same-grid';

export const checkerboard = defineNode({
  type: 'view.checkerboard',
  version: 1,
  title: 'Checkerboard',
  section: 'view',
  synonyms: ['chess', 'tiles', 'compare', 'overlay', 'mosaic'],
  documentation: {
    summary:
      'Two images in alternating blocks: where they are aligned, edges run on across blocks.',
    details: `The eye is good at seeing a broken line. Follow the border of the brain, the ventricles
and the folds from block to block. Blocks of about a tenth of the image are a good start.

Both images should have about the same brightness: normalize them first. All channels are cut alike; both
images need as many.`,
  },
  params: z.object({
    sizeVoxels: integerParameter({
      title: 'Block',
      help: 'Edge of a block: smaller for fine structures.',
      unit: 'voxels',
      default: 16,
      min: 1,
      max: 256,
    }),
  }),
  inputs: {
    a: { type: 'image', doc: 'The fixed image.' },
    b: { type: 'image', doc: 'The warped image, on the same grid.' },
  },
  outputs: { image: { type: 'image', doc: 'Blocks of either image in turn.' } },
  lower(builder, { a, b }, { sizeVoxels }, context) {
    requireSameGrid(context, a.grid, b.grid, 'b');
    requireSameChannels(context, a, b, 'b');
    const image = builder.checkerboard({ a: a.image, b: b.image }, { sizeVoxels });
    return { image: { kind: 'image', grid: a.grid, channels: a.channels, image } };
  },
});

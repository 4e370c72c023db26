import { z } from 'zod';
import { splitChannels } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { frameParameter } from './frame-parameter';
import { sourceParameter } from './source-parameter';

export const loadMask = defineNode({
  type: 'load.mask',
  version: 1,
  title: 'Load mask',
  section: 'load',
  synonyms: ['ROI', 'region of interest', 'brain mask', 'lesion', 'NIfTI', 'input', 'exclude'],
  documentation: {
    summary: 'Brings a mask into the recipe: the part of an image that counts in a comparison.',
    details: `Every voxel whose number is not 0 is inside, whatever the number: a mask, a map of labels
or an image with an empty background all serve. To leave something out, such as a lesion or the
padding of a scanner, load a mask of everything else.

Of a file of several channels, a voxel is inside where any of them is not 0.

Wire it to *fixed mask* or *moving mask* of Register. It has to lie in the world where its image
lies, but may have a grid of its own; it is then read at the nearest voxel.`,
  },
  params: z.object({ source: sourceParameter(), frame: frameParameter() }),
  inputs: {},
  outputs: { mask: { type: 'mask', doc: 'Mask: 1 inside, 0 outside.' } },
  source: ({ source, ...frame }) => ({ ...source, ...frame, as: 'image' }),
  lower(b, _, __, context) {
    const { source } = context;
    if (source?.kind !== 'image') {
      return context.refuse({
        parameter: 'source',
        message: 'No mask is bound to this node.',
        remedy: `Bind a NIfTI file to the loader "${context.nodeId}".`,
      });
    }
    const { grid, image } = context.input('image');
    const mask = splitChannels(b, image)
      .map((channel) => b.nonZero({ image: channel }))
      .reduce((any, one) => b.pointwise({ a: any, b: one }, { expressions: [['max', 'a', 'b']] }));
    return { mask: { kind: 'mask', grid, mask } };
  },
});

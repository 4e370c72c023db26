import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { frameParameter } from './frame-parameter';
import { sourceParameter } from './source-parameter';

export const loadLabels = defineNode({
  type: 'load.labels',
  version: 1,
  title: 'Load labels',
  section: 'load',
  synonyms: ['segmentation', 'parcellation', 'mask', 'regions', 'NIfTI', 'atlas', 'input'],
  documentation: {
    summary: 'Brings a map of labels into the recipe: whole numbers that name regions.',
    details: `Each voxel holds the number of the region it belongs to, 0 the background. Any whole number
of up to 64 bits is a label, negative ones too, and stays exactly what it is: in tables, and in files,
which are saved in the type that was read. A file of more than 65 536 labels is taken for an image and
refused. Labels are never averaged: where they are moved, a voxel gets one label or another.

Labels are for judging a result, by Dice for example. A recipe runs without them: if you bind your
own images and no labels, what depends on labels is left out.`,
  },
  params: z.object({ source: sourceParameter(), frame: frameParameter() }),
  inputs: {},
  outputs: { labels: { type: 'labels', doc: 'The labels; 0 is background.' } },
  source: ({ source, ...frame }) => ({ ...source, ...frame, as: 'labels' }),
  lower(_, __, ___, context) {
    const { source } = context;
    if (source?.kind !== 'labels') {
      return context.refuse({
        parameter: 'source',
        message: 'No labels are bound to this node.',
        remedy: `Bind a NIfTI file of whole numbers to the loader "${context.nodeId}".`,
      });
    }
    return { labels: context.input('labels') };
  },
});

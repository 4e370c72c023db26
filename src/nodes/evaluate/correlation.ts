import { z } from 'zod';
import type { ValueId } from '../../runtime/api/nodes/builder';
import { channelOf, meanOf, splitChannels } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { requireSameChannels, requireSameGrid } from '../shared/same-grid';

export const evaluateCorrelation = defineNode({
  type: 'evaluate.correlation',
  version: 1,
  title: 'Measure correlation',
  section: 'evaluate',
  synonyms: ['NCC', 'Pearson', 'similarity', 'quality', 'metric'],
  documentation: {
    summary: 'Correlation of two images over all their voxels: 1 where they are alike.',
    details: `Reports \`ncc\`. It needs no labels, and tells how alike the images look, not whether the
same anatomy lies in the same place: a field that folds, and even a mirrored head, can look alike.
Judge it beside Dice and the Jacobian.

Of images of several channels, \`ncc.channel.0\` … are those of each, and \`ncc\` is their mean.`,
    formula: String.raw`\mathrm{ncc} = \frac{\sum_x (F-\bar F)(W-\bar W)}
{\sqrt{\sum_x (F-\bar F)^2\;\sum_x (W-\bar W)^2}}`,
    references: [
      {
        text: 'Rohlfing: Image similarity and tissue overlaps as surrogates for image registration accuracy: widely used but unreliable, 2012',
        doi: '10.1109/TMI.2011.2163944',
      },
    ],
  },
  params: z.object({}),
  inputs: {
    fixed: { type: 'image', doc: 'The fixed image.' },
    warped: { type: 'image', doc: 'The warped image, on the same grid.' },
  },
  outputs: {
    table: {
      type: 'table',
      doc: '`ncc`, between −1 and 1; of several channels also `ncc.channel.N` of each.',
    },
  },
  lower(b, { fixed, warped }, _, context) {
    requireSameGrid(context, fixed.grid, warped.grid, 'warped');
    requireSameChannels(context, fixed, warped, 'warped');
    const [first, ...others] = splitChannels(b, fixed.image).map((channel, index) =>
      b.correlationReport({ fixed: channel, warped: channelOf(b, warped.image, index) }),
    ) as [ValueId, ...ValueId[]];
    const all = { name: 'ncc', scalars: meanOf(b, [first, ...others]), index: 0 };
    const ofEach = [first, ...others].map((scalars, channel) => ({
      name: `ncc.channel.${channel}`,
      scalars,
      index: 0,
    }));
    return { table: { kind: 'table', rows: others.length === 0 ? [all] : [all, ...ofEach] } };
  },
});

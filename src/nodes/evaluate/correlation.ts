import { z } from 'zod';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { channelOf, meanOf, splitChannels } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { insideOf } from '../registration/outside';
import { requireSameChannels, requireSameGrid } from '../shared/same-grid';

export const evaluateCorrelation = defineNode({
  type: 'evaluate.correlation',
  version: 1,
  title: 'Measure correlation',
  section: 'evaluate',
  synonyms: ['NCC', 'Pearson', 'similarity', 'quality', 'metric'],
  documentation: {
    summary: 'Correlation of two images: 1 where they are alike.',
    details: `Reports \`ncc\`, over all voxels. Where the fixed image shows more than the moving one, that counts what
was filled in for want of anything, mostly air on air, and rises when an image is pushed out of its field. Wire
the moving image and the transform too, and \`ncc.inside\` tells it over those points alone that have a partner.

It needs no labels, and tells how alike the images look, not whether the
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
    moving: {
      type: 'image',
      doc: 'The moving image that was warped: where it ends, nothing can be alike. Goes with the transform.',
      optional: true,
    },
    transform: {
      type: 'transform',
      doc: 'What it was warped by. Goes with the moving image.',
      optional: true,
    },
  },
  outputs: {
    table: {
      type: 'table',
      doc: '`ncc` and `ncc.inside`, between −1 and 1; of several channels also `ncc.channel.N` of each.',
    },
  },
  lower(b, { fixed, warped, moving, transform }, _, context) {
    requireSameGrid(context, fixed.grid, warped.grid, 'warped');
    requireSameChannels(context, fixed, warped, 'warped');
    const [first, ...others] = splitChannels(b, fixed.image).map((channel, index) => ({
      fixed: channel,
      warped: channelOf(b, warped.image, index),
    })) as [Pair, ...Pair[]];
    const overAll = b.correlationReport(first);
    const ofOthers = others.map((pair) => b.correlationReport(pair));
    const rows = [{ name: 'ncc', scalars: meanOf(b, [overAll, ...ofOthers]), index: 0 }];
    if (others.length > 0) {
      for (const [channel, scalars] of [overAll, ...ofOthers].entries()) {
        rows.push({ name: `ncc.channel.${channel}`, scalars, index: 0 });
      }
    }
    if (moving && transform) {
      requireSameGrid(context, fixed.grid, transform.grid, 'transform');
      const { affine, displacement, grid } = transform;
      const map = { affine, ...(displacement !== undefined && { displacement }) };
      const weight = insideOf(b, moving.grid, map, grid);
      const scalars = correlationWhere(b, [first, ...others], weight);
      rows.push({ name: 'ncc.inside', scalars, index: 0 });
    } else if (moving || transform) {
      return context.refuse({
        port: moving ? 'transform' : 'moving',
        message:
          'Which points have a partner is told by the moving image and the transform together.',
        remedy: 'Wire the other one too, or neither.',
      });
    }
    return { table: { kind: 'table', rows } };
  },
});

/** One channel of either image. */
interface Pair {
  readonly fixed: ValueId;
  readonly warped: ValueId;
}

/** The correlation where a weight is 1, the mean over channels; 0 where it is 1 nowhere. */
function correlationWhere(
  b: Builder,
  [first, ...others]: readonly [Pair, ...Pair[]],
  weight: ValueId,
): ValueId {
  // The loss is −ncc times the mean weight, whose inverse is 0 where nothing counts.
  const loss = (pair: Pair) => b.globalCorrelation({ ...pair, weight });
  const { inverse } = b.meanWeight({ weight });
  const mean = meanOf(b, [loss(first), ...others.map(loss)]);
  return b.scale({ value: mean, by: inverse }, { factor: -1 });
}

import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { requireSameGrid } from '../shared/same-grid';

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
Judge it beside Dice and the Jacobian.`,
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
  outputs: { table: { type: 'table', doc: '`ncc`, between −1 and 1.' } },
  lower(b, { fixed, warped }, _, context) {
    requireSameGrid(context, fixed.grid, warped.grid, 'warped');
    const scalars = b.correlationReport({ fixed: fixed.image, warped: warped.image });
    return { table: { kind: 'table', rows: [{ name: 'ncc', scalars, index: 0 }] } };
  },
});

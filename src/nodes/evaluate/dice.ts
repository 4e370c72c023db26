import { z } from 'zod';
import { type Builder, gridAttributes } from '../../runtime/api/nodes/builder';
import { defineNode, type LoweringContext } from '../../runtime/api/nodes/define-node';
import type { LabelsValue, TableValue } from '../../runtime/api/nodes/port-values';
import { requireSameGrid } from '../shared/same-grid';
import { requireSharedLabels } from '../shared/shared-labels';

export const evaluateDice = defineNode({
  type: 'evaluate.dice',
  version: 1,
  title: 'Measure Dice',
  section: 'evaluate',
  synonyms: ['overlap', 'DSC', 'F1', 'Sørensen', 'segmentation', 'labels', 'quality', 'metric'],
  documentation: {
    summary: 'How much of each region lies on the same region of the other image.',
    details: `Reports \`dice.mean\` over all labels that both maps have, background left out, and
\`dice.N\` for each label N. 1 means that the regions are the same, 0 that they do not touch. Small and
thin regions read lower at the same error in millimetres. Up to 4096 labels are measured.

How labels were interpolated changes the number: of the eight voxels around a point, *nearest* takes the closest, and a vote of all with
their linear weights reads half a point to a point higher. Wire the labels as they were loaded and the transform, and both are
told side by side: \`dice.oneHotLinear.mean\` and \`dice.oneHotLinear.N\` are those of the vote, whatever *warped* was made by.

A label of which neither map has a voxel reads −1, not measured, and has no part in the mean; one that a single map has reads 0.
The labels must not have been used to align the images.`,
    formula: String.raw`D_\ell = \frac{2\,|F_\ell \cap W_\ell|}{|F_\ell| + |W_\ell|}`,
    references: [
      {
        text: 'Dice: Measures of the amount of ecologic association between species, 1945',
        doi: '10.2307/1932409',
      },
      {
        text: 'Klein et al.: Evaluation of 14 nonlinear deformation algorithms applied to human brain MRI registration, 2009',
        doi: '10.1016/j.neuroimage.2008.12.037',
      },
    ],
  },
  params: z.object({}),
  inputs: {
    fixed: { type: 'labels', doc: 'Labels of the fixed image.' },
    warped: { type: 'labels', doc: 'Labels of the moving image, on the fixed grid.' },
    moving: {
      type: 'labels',
      doc: 'The labels that were warped, to be interpolated by a vote as well. Goes with the transform.',
      optional: true,
    },
    transform: {
      type: 'transform',
      doc: 'What they were warped by. Goes with the moving labels.',
      optional: true,
    },
  },
  outputs: {
    table: { type: 'table', doc: '`dice.mean`, and `dice.N` for each label N; of a vote, too.' },
  },
  lower(b, { fixed, warped, moving, transform }, _, context) {
    const rows = overlapRows(b, context, fixed, warped, 'dice');
    if (moving && transform) {
      requireSameGrid(context, fixed.grid, transform.grid, 'transform');
      const { affine, displacement, grid } = transform;
      const labels = b.sampleLabels(
        { labels: moving.labels, affine, displacement },
        { ...gridAttributes(grid), interpolation: 'one-hot-linear' },
      );
      const voted = { ...moving, grid, labels };
      rows.push(...overlapRows(b, context, fixed, voted, 'dice.oneHotLinear'));
    } else if (moving || transform) {
      return context.refuse({
        port: moving ? 'transform' : 'moving',
        message:
          'Labels are interpolated by a vote from the moving labels and the transform together.',
        remedy: 'Wire the other one too, or neither.',
      });
    }
    return { table: { kind: 'table', rows } };
  },
});

/** The rows of the labels that two maps have in common. */
function overlapRows(
  b: Builder,
  context: LoweringContext,
  fixed: LabelsValue,
  warped: LabelsValue,
  prefix: string,
): TableValue['rows'][number][] {
  const { ids, inputs } = requireSharedLabels(b, context, fixed, warped);
  const scalars = b.labelOverlap(inputs, { places: ids.length });
  return ['mean', ...ids].map((name, index) => ({ name: `${prefix}.${name}`, scalars, index }));
}

import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
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

The labels must not have been used to align the images. Say with the number how labels were
interpolated.`,
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
  },
  outputs: { table: { type: 'table', doc: '`dice.mean`, and `dice.N` for each label N.' } },
  lower(b, { fixed, warped }, _, context) {
    const { ids, inputs } = requireSharedLabels(b, context, fixed, warped);
    const scalars = b.labelOverlap(inputs, { places: ids.length });
    const rows = ['mean', ...ids].map((name, index) => ({
      name: `dice.${name}`,
      scalars,
      index,
    }));
    return { table: { kind: 'table', rows } };
  },
});

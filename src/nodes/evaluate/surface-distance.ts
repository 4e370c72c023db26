import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { requireSharedLabels } from '../shared/shared-labels';

/** What is measured of each label, in the order of the op's report. */
const measures = ['hdMm', 'hd95Mm', 'assdMm', 'hd95Voxels'] as const;

export const evaluateSurfaceDistance = defineNode({
  type: 'evaluate.surface-distance',
  version: 1,
  title: 'Measure surface distances',
  section: 'evaluate',
  synonyms: [
    'Hausdorff',
    'HD',
    'HD95',
    'ASSD',
    'ASD',
    'boundary',
    'contour',
    'segmentation',
    'labels',
    'quality',
    'metric',
  ],
  documentation: {
    summary: 'How far the surfaces of the same region lie apart in two maps of labels, in mm.',
    details: `For each label N that both maps have:

- \`surface.hdMm.N\`, the **Hausdorff** distance: the farthest that any place of either surface lies from the other.
  One stray voxel decides it.
- \`surface.hd95Mm.N\`, its **95th percentile**: the larger one of both directions.
- \`surface.assdMm.N\`, the **mean** over both surfaces together (ASSD).
- \`surface.hd95Voxels.N\`: the percentile on a grid of unit spacing, in **voxels**. Learn2Reg reports this number under the
  name HD95; compare with its tables by this one, and with anything in millimetres by the others.

\`….mean\` is over the labels that could be measured; \`surface.unmeasured\` counts those that could not, because the label of
one map has no voxel: such a label reads **−1**, not measured, and has no part in the means. Read the count with the means: a
registration that loses a region is not better for it.

Surfaces lie between the voxels, and each place counts by the area of its piece (marching cubes), so that flat and curved
parts weigh alike; where a region reaches the edge of the image, the edge is surface. Distances are exact, along the axes of the
grid, which are taken as orthogonal. Of one slice, contours in its plane are measured.

Unlike Dice, which reads lower for small and thin regions, distances say how large an error is. They cost a few
seconds for a hundred labels.`,
    formula: String.raw`\mathrm{HD} = \max_{p\in S_F\cup S_W} d(p),\qquad
\mathrm{ASSD} = \frac{\int_{S_F} d_{S_W} + \int_{S_W} d_{S_F}}{|S_F| + |S_W|}`,
    references: [
      {
        text: 'Huttenlocher, Klanderman, Rucklidge: Comparing images using the Hausdorff distance, 1993',
        doi: '10.1109/34.232073',
      },
      {
        text: 'Hering et al.: Learn2Reg: comprehensive multi-task medical image registration challenge, dataset and evaluation in the era of deep learning, 2023',
        doi: '10.1109/TMI.2022.3213983',
      },
      {
        text: 'Felzenszwalb, Huttenlocher: Distance transforms of sampled functions, 2012',
        doi: '10.4086/toc.2012.v008a019',
      },
    ],
  },
  params: z.object({}),
  inputs: {
    fixed: { type: 'labels', doc: 'Labels of the fixed image.' },
    warped: { type: 'labels', doc: 'Labels of the moving image, on the fixed grid.' },
  },
  outputs: {
    table: {
      type: 'table',
      doc: 'Hausdorff distance, its 95th percentile and the mean in mm, the percentile in voxels: means, and of each label.',
    },
  },
  lower(b, { fixed, warped }, _, context) {
    const { ids, inputs } = requireSharedLabels(b, context, fixed, warped);
    const scalars = b.surfaceDistance(inputs, { places: ids.length });
    const named = (label: string | bigint, first: number) =>
      measures.map((measure, index) => ({
        name: `surface.${measure}.${label}`,
        scalars,
        index: first + index,
      }));
    const rows = [
      ...named('mean', 0),
      { name: 'surface.unmeasured', scalars, index: measures.length },
      ...ids.flatMap((id, place) => named(id, measures.length * (place + 1) + 1)),
    ];
    return { table: { kind: 'table', rows } };
  },
});

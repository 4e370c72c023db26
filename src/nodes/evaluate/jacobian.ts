import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';

const measures = ['minimum', 'nonPositivePercent', 'logStandardDeviation', 'mean'] as const;

export const evaluateJacobian = defineNode({
  type: 'evaluate.jacobian',
  version: 1,
  title: 'Measure Jacobian',
  section: 'evaluate',
  synonyms: ['folding', 'determinant', 'volume change', 'diffeomorphic', 'SDlogJ', 'topology'],
  documentation: {
    summary: 'How a transform changes volume at every voxel, and where it folds.',
    details: `The determinant of the transform's derivative is 1 where volume stays, 2 where a voxel
becomes twice as large, and 0 or less where the map folds, which no anatomy does. Derivatives are
central differences in mm, on any oblique grid, with the affine included.

Reports \`jacobian.minimum\`, \`jacobian.nonPositivePercent\` (the folded share of the voxels, a border
of one voxel left out), \`jacobian.logStandardDeviation\` (roughness, over unfolded voxels) and
\`jacobian.mean\`. Other difference schemes give other percentages: compare like with like.

A better similarity that was bought with folding is not better.`,
    formula: String.raw`J(x) = \det\Big(A\,\Big(I + \frac{\partial u}{\partial x}\Big)\Big)`,
    references: [
      {
        text: 'Leow et al.: Statistical properties of Jacobian maps and the realization of unbiased large-deformation nonlinear image registration, 2007',
        doi: '10.1109/TMI.2007.892646',
      },
    ],
  },
  params: z.object({}),
  inputs: { transform: { type: 'transform', doc: 'Any transform.' } },
  outputs: {
    map: { type: 'image', doc: 'Determinant at every voxel of the fixed grid.' },
    table: { type: 'table', doc: 'Minimum, folded percentage, spread of the logarithm, mean.' },
  },
  lower(b, { transform: { affine, displacement, grid } }, _, context) {
    if (displacement === undefined) {
      return context.refuse({
        port: 'transform',
        message: 'This transform is an affine: its determinant is the same everywhere.',
        remedy: 'Wire the transform of a deformable stage.',
      });
    }
    const determinant = b.jacobianDeterminant({ displacement, affine });
    const scalars = b.jacobianReport({ determinant });
    return {
      map: { kind: 'image', grid, channels: 1, image: determinant },
      table: {
        kind: 'table',
        rows: measures.map((name, index) => ({ name: `jacobian.${name}`, scalars, index })),
      },
    };
  },
});

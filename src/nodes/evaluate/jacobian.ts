import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';

const measures = [
  'minimum',
  'nonPositivePercent',
  'logStandardDeviation',
  'mean',
  'logStandardDeviationLearn2Reg',
] as const;
const cornerMeasures = ['nonDiffeomorphicVolumePercent', 'nonDiffeomorphicVoxelsPercent'] as const;

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
of one voxel left out), \`jacobian.logStandardDeviation\` and \`jacobian.mean\`. Other difference schemes give other percentages:
compare like with like.

Two numbers are called SDlogJ. \`jacobian.logStandardDeviation\` is what the name says, the spread of log J;
folded voxels have no logarithm and are left out of it, so read it with their percentage.
\`jacobian.logStandardDeviationLearn2Reg\` is what Learn2Reg reports: of log(J + 3), cut off at 1e-9 and 1e9, without the two
outermost voxels. It is about four times smaller, hardly sees folds, and serves to compare with tables of that challenge
alone; −1 means not measured, for fewer than five voxels along an axis.

Central differences jump over the voxel itself: a voxel that leaps over its neighbour may go unseen.
\`jacobian.nonDiffeomorphicVolumePercent\` (NDV) asks all simplices that a voxel forms with its neighbours, ten in a
volume and four in a slice, and tells how much volume they turn inside out, in percent of the volume of the voxels;
\`jacobian.nonDiffeomorphicVoxelsPercent\` how many voxels have any. 0 is proof that the field does not fold
between voxels either.

A better similarity that was bought with folding is not better.`,
    formula: String.raw`J(x) = \det\Big(A\,\Big(I + \frac{\partial u}{\partial x}\Big)\Big)`,
    references: [
      {
        text: 'Leow et al.: Statistical properties of Jacobian maps and the realization of unbiased large-deformation nonlinear image registration, 2007',
        doi: '10.1109/TMI.2007.892646',
      },
      {
        text: 'Liu, Chen, Wei, Carass, Prince: On finite difference Jacobian computation in deformable image registration, 2024',
        doi: '10.1007/s11263-024-02047-1',
      },
      {
        text: 'Hering et al.: Learn2Reg: comprehensive multi-task medical image registration challenge, dataset and evaluation in the era of deep learning, 2023',
        doi: '10.1109/TMI.2022.3213983',
      },
    ],
  },
  params: z.object({}),
  inputs: { transform: { type: 'transform', doc: 'Any transform.' } },
  outputs: {
    map: { type: 'image', doc: 'Determinant at every voxel of the fixed grid.' },
    table: { type: 'table', doc: 'Minimum, folded percentages, spread of the logarithm, mean.' },
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
    const corners = b.nonDiffeomorphicReport({ displacement, affine });
    return {
      map: { kind: 'image', grid, channels: 1, image: determinant },
      table: {
        kind: 'table',
        rows: [
          ...measures.map((name, index) => ({ name: `jacobian.${name}`, scalars, index })),
          ...cornerMeasures.map((name, index) => ({
            name: `jacobian.${name}`,
            scalars: corners,
            index,
          })),
        ],
      },
    };
  },
});

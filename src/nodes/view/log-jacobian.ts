import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';

/** Determinants below this, folds among them, are shown as it. */
const least = 0.01;

export const logJacobianImage = defineNode({
  type: 'transform.log-jacobian',
  version: 1,
  title: 'Log-Jacobian image',
  section: 'view',
  synonyms: [
    'volume change',
    'tensor-based morphometry',
    'TBM',
    'expansion',
    'determinant',
    'atrophy',
  ],
  documentation: {
    summary: 'The logarithm of how much a transform changes volume, at every voxel, as an image.',
    details: `0 where volume stays, log 2 = 0.69 where the moving image has twice as much for a voxel of the fixed one, −0.69 where it has half: growth and
shrinkage of one factor are equally far from 0, as statistics over many people need. Affine and field count together.

A fold has no logarithm: determinants below ${least} are shown as ${least}, that is −4.6. Look at Measure Jacobian first; where it finds folds, these
voxels mean nothing. An affine alone has one number for all voxels and is refused.`,
    formula: String.raw`\log \det\Big(A\,\Big(I + \frac{\partial u}{\partial x}\Big)\Big)`,
    references: [
      {
        text: 'Leow et al.: Statistical properties of Jacobian maps and the realization of unbiased large-deformation nonlinear image registration, 2007',
        doi: '10.1109/TMI.2007.892646',
      },
    ],
  },
  params: z.object({}),
  inputs: { transform: { type: 'transform', doc: 'Transform of a deformable stage.' } },
  outputs: { image: { type: 'image', doc: 'Natural logarithm at every voxel of its grid.' } },
  lower(b, { transform: { affine, displacement, grid } }, _, context) {
    if (displacement === undefined) {
      return context.refuse({
        port: 'transform',
        message: 'This transform is an affine: its determinant is the same everywhere.',
        remedy: 'Wire the transform of a deformable stage.',
      });
    }
    const determinant = b.jacobianDeterminant({ displacement, affine });
    const image = b.pointwise({ a: determinant }, { expressions: [['log', ['max', 'a', least]]] });
    return { image: { kind: 'image', grid, channels: 1, image } };
  },
});

import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { linearModel } from '../registration/linear-model';

export const similarityModel = defineNode({
  type: 'model.similarity',
  version: 1,
  title: 'Similarity',
  section: 'model',
  synonyms: [
    'uniform scale',
    'isotropic scale',
    'rotation',
    '7 degrees of freedom',
    'dof',
    'linear',
    'shape',
  ],
  documentation: {
    summary: 'Turns and shifts the image and scales it alike in all directions; angles stay.',
    details: `Seven parameters about the middle of the fixed image: rotation, shift, and one scale. The scale is an
exponential, so that it stays above zero: a map of this model never mirrors the image. On one slice the
turn, the shift and the scale in its plane are free.

Use it where sizes differ but shapes do not: a child and an adult as a start, images whose voxel size is
doubtful, photographs taken from unlike distances, or where the shape is what is to be compared
afterwards. Two people mostly differ by axis: take Affine.`,
    formula: String.raw`x \mapsto c + t + e^{s}\,R(\omega)\,(x - c)`,
    references: [
      {
        text: 'Umeyama: Least-squares estimation of transformation parameters between two point patterns, 1991',
        doi: '10.1109/34.88573',
      },
    ],
  },
  params: z.object({}),
  inputs: {},
  outputs: { model: { type: 'model', doc: 'Rotation, translation and one scale.' } },
  lower: () => ({ model: linearModel('similarity') }),
});

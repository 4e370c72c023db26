import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { linearModel } from '../registration/linear-model';

export const affine = defineNode({
  type: 'model.affine',
  version: 1,
  title: 'Affine',
  section: 'model',
  synonyms: ['linear', 'scale', 'shear', '12 degrees of freedom', 'dof', 'matrix'],
  documentation: {
    summary: 'Turns, shifts, scales and shears the image as a whole.',
    details: `Twelve parameters about the middle of the fixed image: rotation, shift, three scales
and three shears. Scales are exponentials, so that the determinant is positive by construction: an
affine of this model never mirrors the image. On one slice only what happens in the plane is free.

Use it between two people, after a rigid stage, and before a deformable one: what the affine takes
up, the field does not have to.`,
    formula: String.raw`x \mapsto c + t + R(\omega)\,U\,(x - c),\qquad
U = \begin{pmatrix} e^{s_1} & h_1 & h_2\\ & e^{s_2} & h_3\\ & & e^{s_3}\end{pmatrix}`,
    references: [
      {
        text: 'Jenkinson, Smith: A global optimisation method for robust affine registration of brain images, 2001',
        doi: '10.1016/S1361-8415(01)00036-6',
      },
    ],
  },
  params: z.object({}),
  inputs: {},
  outputs: { model: { type: 'model', doc: 'Rotation, translation, scales and shears.' } },
  lower: () => ({ model: linearModel('affine') }),
});

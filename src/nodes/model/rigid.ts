import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { linearModel } from '../registration/linear-model';

export const rigid = defineNode({
  type: 'model.rigid',
  version: 1,
  title: 'Rigid',
  section: 'model',
  synonyms: ['rotation', 'translation', 'euler', '6 degrees of freedom', 'dof', 'linear'],
  documentation: {
    summary: 'Turns and shifts the image as a whole; sizes and angles stay.',
    details: `Six parameters: three of a rotation about the middle of the fixed image, three of a
shift. On one slice only the turn in the plane and the two shifts in it are free.

Use it within one person, between scans of the same day, and as the first stage before an affine
one. Two different people need at least an affine model.`,
    formula: String.raw`x \mapsto c + t + R(\omega)\,(x - c)`,
    references: [
      {
        text: 'Jenkinson, Bannister, Brady, Smith: Improved optimization for the robust and accurate linear registration and motion correction of brain images, 2002',
        doi: '10.1006/nimg.2002.1132',
      },
    ],
  },
  params: z.object({}),
  inputs: {},
  outputs: { model: { type: 'model', doc: 'Rotation and translation.' } },
  lower: () => ({ model: linearModel('rigid') }),
});

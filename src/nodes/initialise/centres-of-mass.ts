import { z } from 'zod';
import { firstChannel } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { requireVaryingImage } from '../shared/varying-image';

export const centresOfMass = defineNode({
  type: 'initialise.centres-of-mass',
  version: 1,
  title: 'Centres of mass',
  section: 'initialise',
  synonyms: ['COM', 'translation', 'start', 'initial', 'centre of gravity', 'center'],
  documentation: {
    summary: 'Shifts the moving image so that both centres of mass meet.',
    details: `The centre of mass is the mean position of the voxels, each weighed by its intensity.
Nothing is turned. It brings images together whose headers place them far apart, and is safe where
the heads are held alike.

Where a head may be turned, Moments tries turns too. Where one image shows the neck and the other
does not, the centres differ by anatomy: the rigid stage must make up for it.

Of images of several channels the first is looked at. One that is the same everywhere is an error.`,
    formula: String.raw`T(x) = x + c_M - c_F,\qquad c = \frac{\sum_x I(x)\,x}{\sum_x I(x)}`,
    references: [
      {
        text: 'Alpert, Bradshaw, Kennedy, Correia: The principal axes transformation: a method for image registration, 1990',
      },
    ],
  },
  params: z.object({}),
  inputs: {
    fixed: { type: 'image', doc: 'Image that stays.' },
    moving: { type: 'image', doc: 'Image that is to be brought onto it.' },
  },
  outputs: { transform: { type: 'transform', doc: 'A translation, mm.' } },
  lower(b, { fixed, moving }) {
    requireVaryingImage(b, fixed, 'fixed');
    requireVaryingImage(b, moving, 'moving');
    const affine = b.centresAffine({
      fixedMoments: b.imageMoments({ image: firstChannel(b, fixed) }),
      movingMoments: b.imageMoments({ image: firstChannel(b, moving) }),
    });
    return { transform: { kind: 'transform', grid: fixed.grid, affine } };
  },
});

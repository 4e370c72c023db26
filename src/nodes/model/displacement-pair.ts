import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import type { Variables } from '../../runtime/api/nodes/port-values';
import { additiveFields, additiveParameters } from '../registration/additive-fields';
import { inverseField } from '../registration/inverse-field';
import { resample } from '../registration/resample';

export const displacementPair = defineNode({
  type: 'model.displacement-pair',
  version: 1,
  title: 'Displacement pair',
  section: 'model',
  synonyms: [
    'consistent registration',
    'inverse consistent',
    'ICON',
    'GradICON',
    'bidirectional',
    'forward and reverse',
    'both ways',
    'CycleMorph',
    'deformable',
  ],
  documentation: {
    summary:
      'Finds the way there and the way back at once, as two fields that are free of each other.',
    details: `There are two displacement fields. One leads from the fixed to the moving image, as that of *Displacement field*; the
other leads back. Every objective is asked both ways, and the two are added: images are compared on the fixed image's points and, the
moving image at rest, on those where the stage began; labels and landmarks are led there and back; a regularizer weighs both fields. With
nothing more, each field is what a registration of its own would find, and the two do not agree.

What makes them agree is a regularizer of both: *Inverse consistency* (mm²), *Gradient inverse consistency*, which leaves
shifts to the images, or *Cycle consistency*, which asks it of intensities alone. So neither image is the template, and what an image does
not tell in one direction the other one may. Two maps that undo each other do not fold, without a word about smoothness.

*register* gives the way there as its map and the way back as its inverse, and reports by how many mm the two miss undoing each other. Where
an exact inverse is wanted, take *SyN* or a velocity: their two ways are one. Here it costs twice as much as one field, a quarter more for the
regularizer, and what is left is seldom less than a tenth of a voxel.

Start it from an affine stage. The way back is a field on the fixed image's grid too, before *initial*: the moving image is read there through
*initial* alone, so that of a moving image that is finer than the fixed one the way back sees what the fixed grid can hold.

**Start**: the field of a transform that is known already; its inverse, where it has none found voxel by voxel, is where the way back begins.`,
    formula: String.raw`\min_{u,w}\; \mathcal{L}\big(F,\; M\circ T_0\circ(\mathrm{id}+u)\big)
+ \mathcal{L}\big(M\circ T_0,\; F\circ(\mathrm{id}+w)\big) + \mathcal{R}(u) + \mathcal{R}(w) + \mathcal{C}(u, w)`,
    references: [
      {
        text: 'Christensen, Johnson: Consistent image registration, 2001',
        doi: '10.1109/42.932742',
      },
      {
        text: 'Johnson, Christensen: Consistent landmark and intensity-based image registration, 2002',
        doi: '10.1109/TMI.2002.1009381',
      },
    ],
  },
  params: z.object(additiveParameters()),
  inputs: {
    start: {
      type: 'transform',
      doc: 'Whose displacement the first level begins with. Without it: none.',
      optional: true,
    },
  },
  outputs: { model: { type: 'model', doc: 'Displacement fields there and back, mm.' } },
  lower(b, { start }, params) {
    const { part, seen } = additiveFields(params, 2);
    const known = start?.displacement;
    const begun = known && [known, start.inverseDisplacement ?? inverseField(b, known)];
    return {
      model: {
        ...part,
        start: (body, at) =>
          begun?.map((field) => resample(body, field, at.grid)) ?? part.start(body, at),
        maps: (body, variables) => ({
          moving: { displacement: waysOf(seen(body, variables)).there },
        }),
        back: (body, variables) => waysOf(seen(body, variables)).back,
        inverse: (body, variables) => waysOf(seen(body, variables)).back,
      },
    };
  },
});

function waysOf([there, back]: Variables) {
  if (there === undefined || back === undefined) {
    throw new RangeError('A model of both ways has two fields.');
  }
  return { there, back };
}

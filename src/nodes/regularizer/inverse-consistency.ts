import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { components, energyPart, squared, sum, U } from '../shared/field-energy';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

export const inverseConsistency = defineNode({
  type: 'regularizer.inverse-consistency',
  version: 1,
  title: 'Inverse consistency',
  section: 'regularizer',
  synonyms: ['ICON', 'consistent registration', 'round trip', 'forward backward', 'symmetric'],
  documentation: {
    summary: 'Mean squared distance by which the way there and the way back miss each other.',
    details: `For the model *Displacement pair*, which finds both: each point goes there and comes back, or back and there, and what it is then off
costs its square, in mm². The mean is taken over the voxels of the fixed grid, once for each order, and the two are added. A weight of
0.1 makes two maps that miss each other by 1 mm pay 0.1, and again as much the other way round.

It holds the two maps to each other and to no smoothness; but maps that undo each other do not fold. A mask or a map of weights says where it is asked for, in the fixed
world.

Two maps that do nothing agree as well: with much weight less is moved. Models of one map are refused, since their inverse follows from it. The error is the
square of what *Measure inverse consistency* tells.`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \lVert h(g(x)) - x\rVert^2 + \lVert g(h(x)) - x\rVert^2,\qquad
h = \mathrm{id}+u,\quad g = \mathrm{id}+w`,
    references: [
      {
        text: 'Christensen, Johnson: Consistent image registration, 2001',
        doi: '10.1109/42.932742',
      },
      {
        text: 'Greer, Kwitt, Vialard, Niethammer: ICON: Learning regular maps through inverse consistency, 2021',
        doi: '10.1109/ICCV48922.2021.00338',
      },
    ],
  },
  params: z.object({ weight: weightParameter(0.1) }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean squared distance, mm².' } },
  lower: (b, places, { weight }, { nodeId }) => ({
    objective: energyPart(
      b,
      nodeId,
      b.dial('weight', weight),
      { order: 0, roles: ['round-trip'], terms: components.map((k) => sum(squared(U(k)))) },
      places,
    ),
  }),
});

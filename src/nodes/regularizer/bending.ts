import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { components, energyPart, squaredBends } from '../shared/field-energy';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

export const bending = defineNode({
  type: 'regularizer.bending',
  version: 1,
  title: 'Bending energy',
  section: 'regularizer',
  synonyms: ['thin plate', 'Hessian', 'second order', 'smoothness', 'BE'],
  documentation: {
    summary:
      'Mean of all squared second derivatives of the field: the energy of a bent thin plate.',
    details: `Like *Curvature* it lets a field slope evenly at no cost, but it sees bending in every
direction: a saddle, whose Laplacian is zero, costs too. It is what splines are usually regularized with.

Derivatives are taken per mm along the axes of the world, so that a weight means the same on every grid and at
every level; beyond the edge of the image lies the value of the edge. It needs a model with a field.`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \sum_{k}\sum_{i,j}
\Big(\frac{\partial^2 u_k}{\partial x_i\,\partial x_j}\Big)^2`,
    references: [
      {
        text: 'Rueckert, Sonoda, Hayes, Hill, Leach, Hawkes: Nonrigid registration using free-form deformations, 1999',
        doi: '10.1109/42.796284',
      },
    ],
  },
  params: z.object({ weight: weightParameter(2.5) }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean bending energy, mm⁻².' } },
  lower: (b, places, params, { nodeId }) => ({
    objective: energyPart(
      b,
      nodeId,
      b.dial('weight', params.weight),
      {
        order: 2,
        terms: components.map(squaredBends),
      },
      places,
    ),
  }),
});

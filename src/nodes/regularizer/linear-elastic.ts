import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import { firstDerivativesMemory } from '../shared/derivatives-memory';
import {
  components,
  divergence,
  energyPart,
  J,
  scaled,
  squared,
  sum,
} from '../shared/field-energy';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

export const linearElastic = defineNode({
  type: 'regularizer.linear-elastic',
  version: 1,
  title: 'Linear elastic',
  section: 'regularizer',
  synonyms: ['elasticity', 'Navier', 'Lamé', 'strain', 'elastic'],
  documentation: {
    summary: 'Mean elastic potential of the field: strain costs, and turning a little does not.',
    details: `The field is taken for the displacement of an elastic body. μ weighs every strain, stretching and
shearing; λ weighs the change of volume besides. With λ = 0 a body may swell as easily as it shears; a large λ
makes it nearly incompressible. Only small rotations are free: a large one counts as strain.

Derivatives are taken per mm along the axes of the world, so that a weight means the same on every grid and at
every level; the last difference of an axis is zero. It needs a model with a field.

${firstDerivativesMemory}`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \frac{\mu}{4}\sum_{i,k}
\Big(\frac{\partial u_k}{\partial x_i} + \frac{\partial u_i}{\partial x_k}\Big)^2
+ \frac{\lambda}{2}\,(\operatorname{div} u)^2`,
    references: [
      {
        text: 'Modersitzki: Numerical Methods for Image Registration, 2004',
        doi: '10.1093/acprof:oso/9780198528418.001.0001',
      },
    ],
  },
  params: z.object({
    weight: weightParameter(0.1),
    mu: numberParameter({
      title: 'Shear modulus μ',
      help: 'Cost of every strain; the weight scales both moduli alike.',
      default: 1,
      min: 0,
      max: 1000,
    }),
    lambda: numberParameter({
      title: 'First Lamé parameter λ',
      help: 'Cost of changing volume, beside that of the strain; 0 leaves volume free.',
      default: 1,
      min: 0,
      max: 1000,
    }),
  }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean elastic potential.' } },
  lower: (b, places, { weight, mu, lambda }, { nodeId }) => ({
    objective: energyPart(
      b,
      nodeId,
      b.dial('weight', weight),
      {
        order: 1,
        terms: [
          sum(
            scaled(mu, sum(squared(J(0, 0)), squared(J(1, 1)), squared(J(2, 2)))),
            scaled(lambda / 2, squared(divergence)),
          ),
          ...components.map((k) =>
            scaled(mu / 2, squared(sum(J(k, (k + 1) % 3), J((k + 1) % 3, k)))),
          ),
        ],
      },
      places,
    ),
  }),
});

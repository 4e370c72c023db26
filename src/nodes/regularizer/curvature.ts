import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { secondDerivativesMemory } from '../shared/derivatives-memory';
import { components, energyPart, H, scaled, squared, sum } from '../shared/field-energy';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

export const curvature = defineNode({
  type: 'regularizer.curvature',
  version: 1,
  title: 'Curvature',
  section: 'regularizer',
  synonyms: ['Laplacian', 'biharmonic', 'second order', 'smoothness', 'H2'],
  documentation: {
    summary: 'Mean of the squared Laplacian of the field: lets it slope, and makes it bend little.',
    details: `It weighs how much the displacement (of a velocity model: the velocity) differs from the
mean of its neighbours. A field that rises evenly, as a shear or a scaling does, costs nothing inside:
so it asks less for a good affine start than *Diffusion*, and gives smoother fields.

Derivatives are taken per mm along the axes of the world, so that a weight means the same on every grid and at
every level; beyond the edge of the image lies the value of the edge. It needs a model with a field.

${secondDerivativesMemory}`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \frac12\sum_k (\Delta u_k)^2`,
    references: [
      {
        text: 'Fischer, Modersitzki: Curvature based image registration, 2003',
        doi: '10.1023/A:1021897212261',
      },
    ],
  },
  params: z.object({ weight: weightParameter(5) }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean squared Laplacian, mm⁻².' } },
  lower: (b, places, params, { nodeId }) => ({
    objective: energyPart(
      b,
      nodeId,
      b.dial('weight', params.weight),
      {
        order: 2,
        terms: components.map((k) => scaled(0.5, squared(sum(H(k, 'xx'), H(k, 'yy'), H(k, 'zz'))))),
      },
      places,
    ),
  }),
});

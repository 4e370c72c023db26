import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import { firstDerivativesMemory } from '../shared/derivatives-memory';
import { energyPart, smoothRoot, squaredSlopes } from '../shared/field-energy';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

export const totalVariation = defineNode({
  type: 'regularizer.total-variation',
  version: 1,
  title: 'Total variation',
  section: 'regularizer',
  synonyms: ['TV', 'isotropic TV', 'L1 gradient', 'sliding', 'discontinuity', 'pTV'],
  documentation: {
    summary:
      'Mean length of the slope of the field: lets it jump where it must, and be flat elsewhere.',
    details: `A jump of 10 mm costs as much as a slope that rises by 10 mm over any length, where *Diffusion* makes
the jump many times dearer. So organs may slide along each other, a lung along the ribs, without one dragging the
other along; the price is that slopes tend to gather into steps.

The three components share one root (isotropic), so that a jump in any direction costs the same. Near 0 the length is
rounded off by ε: slopes well below it are weighed as by *Diffusion*, those above as by their length. Too small an ε makes the
optimizer's work hard; 0.01 mm/mm is a hundredth of a voxel from one voxel to the next. Weights of 0.02 to 0.2 are usual beside local correlation
in images of 0 to 1.

Derivatives are taken per mm along the axes of the world; the last difference of an axis is zero. It acts on the
displacement, of a velocity model on the velocity.

${firstDerivativesMemory}`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \sqrt{\sum_{i,k}\Big(\frac{\partial u_k}{\partial x_i}\Big)^2
+ \varepsilon^2}\; - \varepsilon`,
    references: [
      {
        text: 'Vishnevskiy, Gass, Szekely, Tanner, Goksel: Isotropic total variation regularization of displacements in parametric image registration, 2017',
        doi: '10.1109/TMI.2016.2610583',
      },
    ],
  },
  params: z.object({
    weight: weightParameter(0.1),
    epsilon: numberParameter({
      title: 'Rounding ε',
      help: 'Slope below which the root is rounded off to a square; less lets smaller jumps be sharp.',
      unit: 'mm/mm',
      default: 0.01,
      min: 1e-4,
      max: 1,
      advanced: true,
    }),
  }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean length of the slope.' } },
  lower: (b, places, { weight, epsilon }, { nodeId }) => ({
    objective: energyPart(
      b,
      nodeId,
      b.dial('weight', weight),
      { order: 1, terms: [smoothRoot(squaredSlopes, epsilon)] },
      places,
    ),
  }),
});

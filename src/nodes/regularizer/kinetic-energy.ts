import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { components, energyPart, squared, sum, U } from '../shared/field-energy';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

export const kineticEnergy = defineNode({
  type: 'regularizer.kinetic-energy',
  version: 1,
  title: 'Kinetic energy',
  section: 'regularizer',
  synonyms: ['metric', 'geodesic', 'LDDMM', 'Sobolev norm', 'RKHS', 'shortest path', 'action'],
  documentation: {
    summary:
      'Squared length of the way that a model goes from rest, in the metric of its own kernel.',
    details: `For *LDDMM* this is ∫‖v‖² over time, in the norm ‖v‖² = ⟨K⁻¹v, v⟩ of its kernel K: with it the flow becomes the shortest one
that brings the images together, and its root is a distance between two anatomies. For *Fourier* it is the same norm of its one
field. Models without a kernel of their own have no such metric: weigh *Diffusion* there.

It is in mm², the mean over the voxels of the fixed grid and over time. What moves as a whole costs as much as the square of how far it goes; what
changes over less than the kernel costs far more. A tenth of what makes the similarity visibly worse is a good weight. A mask weighs only a
part of the square, which then is no metric.`,
    formula: String.raw`\mathcal{L} = \int_0^1 \frac{1}{N}\,\langle K^{-1}v_t,\, v_t\rangle\,dt
= \frac{1}{T N}\sum_k\sum_x\lVert w_k(x)\rVert^2,\qquad v_k = K^{1/2} w_k`,
    references: [
      {
        text: 'Beg, Miller, Trouvé, Younes: Computing large deformation metric mappings via geodesic flows of diffeomorphisms, 2005',
        doi: '10.1023/B:VISI.0000043755.93987.aa',
      },
    ],
  },
  params: z.object({ weight: weightParameter(0.0001) }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted squared length, mm².' } },
  lower: (b, places, { weight }, { nodeId }) => ({
    objective: energyPart(
      b,
      nodeId,
      b.dial('weight', weight),
      { order: 0, roles: ['metric'], terms: components.map((k) => sum(squared(U(k)))) },
      places,
    ),
  }),
});

import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import type { RegularizerPart } from '../../runtime/api/nodes/port-values';
import { energyPart, scaled, squaredSlopes } from '../shared/field-energy';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

export const diffusion = defineNode({
  type: 'regularizer.diffusion',
  version: 1,
  title: 'Diffusion',
  section: 'regularizer',
  synonyms: ['smoothness', 'H1', 'gradient penalty', 'membrane', 'Tikhonov'],
  documentation: {
    summary: 'Mean of the squared slope of the field: makes neighbouring voxels move alike.',
    details: `It weighs how fast the displacement (of a velocity model: the velocity) changes from
voxel to voxel. The slope is taken in mm over mm, so that a weight means the same on every grid and
at every level. More weight gives stiffer maps.

The greedy model's Gaussians smooth already; add this where a field is still too rough, or where a
network is trained. It needs a model with a field: rigid and affine models have nothing to smooth.`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \frac12\sum_{i,k}
\Big(\frac{\partial u_k}{\partial x_i}\Big)^2`,
    references: [
      {
        text: 'Modersitzki: Numerical Methods for Image Registration, 2004',
        doi: '10.1093/acprof:oso/9780198528418.001.0001',
      },
    ],
  },
  params: z.object({ weight: weightParameter(0.1) }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean squared slope of the field.' } },
  lower(b, places, params, { nodeId }) {
    const weight = b.dial('weight', params.weight);
    const energy = { order: 1, terms: [scaled(0.5, squaredSlopes)] } as const;
    const part = energyPart(b, nodeId, weight, energy, places);
    // Everywhere alike it has a kernel of its own, of a fifth of the time (docs/decisions/0017).
    if (places.mask || places.weightMap) return { objective: part };
    const alike: RegularizerPart = {
      ...part,
      loss: (body, field, level) =>
        level.localWeight === undefined
          ? body.diffusionEnergy({ field: field.value })
          : part.loss(body, field, level),
    };
    return { objective: alike };
  },
});

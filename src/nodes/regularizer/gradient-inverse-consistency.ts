import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import type { RegularizerPart } from '../../runtime/api/nodes/port-values';
import { energyPart, squaredSlopes } from '../shared/field-energy';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

export const gradientInverseConsistency = defineNode({
  type: 'regularizer.gradient-inverse-consistency',
  version: 1,
  title: 'Gradient inverse consistency',
  section: 'regularizer',
  synonyms: [
    'GradICON',
    'ICON',
    'uniGradICON',
    'consistent registration',
    'round trip',
    'Jacobian',
  ],
  documentation: {
    summary: 'Mean squared slope of what the way there and the way back leave of each other.',
    details: `For the model *Displacement pair*: each point goes there and comes back, and what it is then off must not change from place to
place. Both orders are added, each the mean over the voxels of the fixed grid of the squares of all nine slopes, mm over mm: no unit, and the same weight
on every grid.

Unlike *Inverse consistency* it lets the two maps be off by a shift that is everywhere the same, and weighs what varies fast most, which is what
folds. Where images leave whole regions untold, wire both. It is stiff: an optimizer that searches along a line takes it well;
Adam moves places of faint gradient as far as those of strong ones, so raise its *least gradient* (0.01 to 0.1), or it makes waves of what is
left where images are flat.

uniGradICON (2024) weighs the mean over the three components by 1.5, in one order: 0.25 here, the default, beside a similarity of the size of local
correlation. A mask or a map of weights says where it is asked for. Models of one map are refused, since their inverse follows from it.`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \lVert \nabla\,(h\circ g - \mathrm{id})(x)\rVert_F^2
+ \lVert \nabla\,(g\circ h - \mathrm{id})(x)\rVert_F^2,\qquad h = \mathrm{id}+u,\quad g = \mathrm{id}+w`,
    references: [
      {
        text: 'Tian, Greer, Vialard, Kwitt, San José Estépar, Niethammer: GradICON: Approximate diffeomorphisms via gradient inverse consistency, 2022',
        doi: '10.48550/arXiv.2206.05897',
      },
      {
        text: 'Christensen, Johnson: Consistent image registration, 2001',
        doi: '10.1109/42.932742',
      },
    ],
  },
  params: z.object({ weight: weightParameter(0.25) }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean squared slope.' } },
  lower(b, places, params, { nodeId }) {
    const weight = b.dial('weight', params.weight);
    const energy = { order: 1, roles: ['round-trip'], terms: [squaredSlopes] } as const;
    const part = energyPart(b, nodeId, weight, energy, places);
    // Everywhere alike there is a kernel that keeps no nine numbers a voxel; it weighs half of the squares.
    if (places.mask || places.weightMap) return { objective: part };
    const alike: RegularizerPart = {
      ...part,
      loss: (body, { value }) =>
        body.scale({ value: body.diffusionEnergy({ field: value }) }, { factor: 2 }),
    };
    return { objective: alike };
  },
});

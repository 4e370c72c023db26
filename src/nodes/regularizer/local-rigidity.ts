import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import { secondDerivativesMemory } from '../shared/derivatives-memory';
import {
  components,
  difference,
  energyPart,
  type FieldEnergy,
  scaled,
  squared,
  squaredBends,
  sum,
} from '../shared/field-energy';
import { determinant, ofTheMap, stretch } from '../shared/jacobian-formula';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

const factor = (title: string, help: string) =>
  numberParameter({ title, help, default: 1, min: 0, max: 1000 });

export const localRigidity = defineNode({
  type: 'regularizer.local-rigidity',
  version: 1,
  title: 'Local rigidity',
  section: 'regularizer',
  synonyms: ['rigidity penalty', 'bone', 'orthonormality', 'affinity', 'properness', 'Staring'],
  documentation: {
    summary: 'What a part of the map lacks to a rigid motion: bones move, and stay bones.',
    details: `Wire a mask of bones, implants or a catheter, or a map of weights between 0 and 1: there, and only there, the map is
drawn to a rotation and a shift, free for each part that hangs together. With nothing wired the whole image is held.

Three conditions are weighed: **affinity** (no bending: all second derivatives 0, mm⁻²), **orthonormality** (FᵀF = I, no
stretch and no shear) and **properness** (J = 1, no change of volume, no mirroring). Rotations of any size are free, unlike
with *Linear elastic*. On grids of few mm affinity is small against the other two; raise its factor if the part still bends.

The mask lies in the world of the fixed image; bones of the moving image have to be brought there first. It is meant of the map itself,
whatever the model; the affine stage before is not weighed. All factors are 1 in elastix 5 too, whose mean is over the mask alone. Here it is one
over all voxels, inside or not, so that a small bone is held as
firmly as a large one: weights of 1 to 100 are usual. Greedy models smooth across the mask's edge after each step: smooth the field
little.

${secondDerivativesMemory}`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x c(x)\Big[\alpha_a\sum_{k,i,j}\Big(\frac{\partial^2 u_k}{\partial x_i\partial x_j}\Big)^2
+ \alpha_o\,\lVert F^{\top}F - I\rVert_F^2 + \alpha_p\,(\det F-1)^2\Big],\qquad F = I+\frac{\partial u}{\partial x}`,
    references: [
      {
        text: 'Staring, Klein, Pluim: A rigidity penalty term for nonrigid registration, 2007',
        doi: '10.1118/1.2776236',
      },
    ],
  },
  params: z.object({
    weight: weightParameter(10),
    affinity: factor('Affinity', 'Factor on bending, the second derivatives; 0 lets it bend.'),
    orthonormality: factor('Orthonormality', 'Factor on stretch and shear.'),
    properness: factor('Properness', 'Factor on the change of volume.'),
  }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean departure from rigid motion.' } },
  lower(b, places, { weight, affinity, orthonormality, properness }, { nodeId }) {
    const strain = sum(
      squared(stretch(0, 0)),
      squared(stretch(1, 1)),
      squared(stretch(2, 2)),
      scaled(2, sum(squared(stretch(0, 1)), squared(stretch(0, 2)), squared(stretch(1, 2)))),
    );
    const energy: FieldEnergy = {
      order: affinity > 0 ? [1, 2] : 1,
      ...ofTheMap,
      terms: [
        ...(affinity > 0 ? components.map((k) => scaled(affinity, squaredBends(k))) : []),
        sum(
          scaled(orthonormality, strain),
          scaled(properness, squared(difference(determinant, 1))),
        ),
      ],
    };
    return { objective: energyPart(b, nodeId, b.dial('weight', weight), energy, places) };
  },
});

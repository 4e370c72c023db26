import { z } from 'zod';
import type { Expression } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import { firstDerivativesMemory } from '../shared/derivatives-memory';
import {
  components,
  difference,
  energyPart,
  scaled,
  squared,
  squaredSlopes,
} from '../shared/field-energy';
import {
  determinant,
  extendedBelow,
  ofTheMap,
  positivePart,
  squaredArea,
} from '../shared/jacobian-formula';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

/** ((J − 1)² / J)² */
const volumeCost = (volume: Expression): Expression =>
  squared(['/', squared(difference(volume, 1)), volume]);

/** Its derivative at a volume J: 2 (J − 1)³ (J + 1) / J³. */
const volumeSlope = (volume: number): number =>
  (2 * (volume - 1) ** 3 * (volume + 1)) / volume ** 3;

const factor = (title: string, help: string, initial: number) =>
  numberParameter({ title, help, default: initial, min: 0, max: 1000 });

export const hyperelastic = defineNode({
  type: 'regularizer.hyperelastic',
  version: 1,
  title: 'Hyperelastic',
  section: 'regularizer',
  synonyms: ['Ogden', 'polyconvex', 'nonlinear elastic', 'large deformation', 'FAIR', 'volume'],
  documentation: {
    summary:
      'Energy of a body that may be deformed far, but neither crushed to nothing nor blown up.',
    details: `Three costs: of **length** (as *Diffusion*), of **area** (what small squares across the axes grow by; shrinking
is free), and of **volume**, which is the same for a volume and its inverse and rises without end towards 0 and infinity. So it
allows what *Linear elastic* takes for strain, and holds volumes where lengths are loose.

Its inventors search along lines that never leave J > 0. Here steps may leave it: from the *floor* δ downwards the tangent
of the volume's cost takes over, finite for every J with value and slope continuous, so that a fold is dear and pulled open again.

It is meant of the map itself, whatever the model; the affine stage before is not weighed. Differences go from voxel to voxel, per
mm. The weight scales all three; begin with 0.05, raise the volume's factor against folds, and the length's against roughness.

${firstDerivativesMemory}`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \frac{\alpha_l}{2}\lVert\nabla u\rVert^2
+ \alpha_a \sum_i \max\big(0, \lVert\operatorname{cof}(F)_i\rVert^2 - 1\big)^2 + \alpha_v\,\psi(\det F),\quad
F = I + \nabla u,\quad \psi(J) = \frac{(J-1)^4}{J^2}\ \ (J \ge \delta)`,
    references: [
      {
        text: 'Burger, Modersitzki, Ruthotto: A hyperelastic regularization energy for image registration, 2013',
        doi: '10.1137/110835955',
      },
    ],
  },
  params: z.object({
    weight: weightParameter(0.05),
    length: factor('Length', 'Factor on the squared slope; more makes the map smoother.', 1),
    area: factor('Area', 'Factor on what areas grow by; 0 leaves them free.', 0),
    volume: factor(
      'Volume',
      'Factor on the change of volume; more keeps volumes and folds less.',
      1,
    ),
    floor: numberParameter({
      title: 'Floor δ',
      help: 'Volume below which the tangent takes over; less makes folds dearer, and steps near them rougher.',
      default: 0.1,
      min: 0.01,
      max: 0.5,
      advanced: true,
    }),
  }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean hyperelastic energy.' } },
  lower(b, places, { weight, length, area, volume, floor }, { nodeId }) {
    const areaCost = (i: number) => squared(positivePart(difference(squaredArea(i), 1)));
    const energy = {
      order: 1,
      ...ofTheMap,
      terms: [
        scaled(length / 2, squaredSlopes),
        ...(area > 0 ? components.map((i) => scaled(area, areaCost(i))) : []),
        scaled(
          volume,
          extendedBelow(determinant, floor, volumeCost, { slope: volumeSlope(floor) }),
        ),
      ],
    } as const;
    return { objective: energyPart(b, nodeId, b.dial('weight', weight), energy, places) };
  },
});

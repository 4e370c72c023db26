import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter } from '../../runtime/api/nodes/parameters';
import { firstDerivativesMemory } from '../shared/derivatives-memory';
import { difference, divergence, energyPart, squared } from '../shared/field-energy';
import { determinant, ofTheMap } from '../shared/jacobian-formula';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

export const volumePreservation = defineNode({
  type: 'regularizer.volume-preservation',
  version: 1,
  title: 'Volume preservation',
  section: 'regularizer',
  synonyms: ['incompressible', 'divergence-free', 'determinant', 'mass', 'Jacobian'],
  documentation: {
    summary: 'Mean squared change of volume: what moves neither swells nor shrinks.',
    details: `For what cannot be pressed together: muscle, a full bladder, the heart from one phase to the next.
Wire a mask to ask it of one organ alone.

*Determinant* looks at the map itself, whatever the model, and is right for motions of any size; doubling a
volume costs four times what halving it does (*Log Jacobian energy* weighs both alike). *Divergence* looks at what the model moves: of a
velocity model it makes a flow of no sources, whose map then keeps volume exactly; of a displacement it
is right for small motions alone, and a rotation by 30° counts as a change of volume. It is cheaper, and a quadratic.

The affine stage before is not weighed. Differences go from voxel to voxel, per mm. Weights of 0.1 to 10 are usual.

${firstDerivativesMemory}`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x (J(x)-1)^2,\quad J=\det\Big(I+\frac{\partial u}{\partial x}\Big)
\qquad\text{or}\qquad \mathcal{L} = \frac{1}{N}\sum_x (\operatorname{div} u)^2`,
    references: [
      {
        text: 'Haber, Modersitzki: Numerical methods for volume preserving image registration, 2004',
        doi: '10.1088/0266-5611/20/5/018',
      },
      {
        text: 'Mansi, Pennec, Sermesant, Delingette, Ayache: iLogDemons: A demons-based registration algorithm for tracking incompressible elastic biological tissues, 2011',
        doi: '10.1007/s11263-010-0405-z',
      },
    ],
  },
  params: z.object({
    weight: weightParameter(1),
    measure: choiceParameter({
      title: 'Measure',
      help: 'The determinant of the map, right for motions of any size, or the divergence of what the model moves.',
      choices: ['determinant', 'divergence'],
      default: 'determinant',
    }),
  }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean squared change of volume.' } },
  lower(b, places, { weight, measure }, { nodeId }) {
    const energy =
      measure === 'divergence'
        ? ({ order: 1, terms: [squared(divergence)] } as const)
        : ({ order: 1, ...ofTheMap, terms: [squared(difference(determinant, 1))] } as const);
    return { objective: energyPart(b, nodeId, b.dial('weight', weight), energy, places) };
  },
});

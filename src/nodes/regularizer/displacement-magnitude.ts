import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { components, energyPart, squared, sum, U } from '../shared/field-energy';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

export const displacementMagnitude = defineNode({
  type: 'regularizer.displacement-magnitude',
  version: 1,
  title: 'Displacement magnitude',
  section: 'regularizer',
  synonyms: ['L2', 'Tikhonov', 'magnitude', 'ridge', 'damping', 'displacement penalty'],
  documentation: {
    summary: 'Mean of the squared length of the field: pulls everything back to where it started.',
    details: `It says nothing of smoothness: it holds what the images do not move, far from every edge, at rest, and keeps
long excursions short. Wire a mask or a map of weights to hold only a part, such as what lies outside the body.

It is in mm², so that a weight of 0.001 makes a voxel that moves by 10 mm pay 0.1. A shift of the whole costs as much as any
other motion: start from a rigid or affine stage, which is not weighed. It acts on the displacement, of a velocity model on the velocity.`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \lVert u(x)\rVert^2`,
    references: [
      {
        text: 'Klein, Staring, Murphy, Viergever, Pluim: elastix: A toolbox for intensity-based medical image registration, 2010',
        doi: '10.1109/TMI.2009.2035616',
      },
    ],
  },
  params: z.object({ weight: weightParameter(0.001) }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean squared length, mm².' } },
  lower: (b, places, { weight }, { nodeId }) => ({
    objective: energyPart(
      b,
      nodeId,
      b.dial('weight', weight),
      { order: 0, terms: components.map((k) => sum(squared(U(k)))) },
      places,
    ),
  }),
});

import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import { energyPart, smoothRoot, squared, sum, U } from '../shared/field-energy';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

export const sparsity = defineNode({
  type: 'regularizer.sparsity',
  version: 1,
  title: 'Sparsity',
  section: 'regularizer',
  synonyms: ['L1', 'lasso', 'smoothed L1', 'few voxels', 'AirLab'],
  documentation: {
    summary: 'Mean length of the field: few voxels move, and those as far as they need to.',
    details: `Where *Displacement magnitude* shortens long motions most, this one takes the same off each, so that small ones
vanish: of two scans of one person only what has changed moves. A vector counts by its length, so that no axis of the world
is favoured; others add up the sizes of its components, which costs up to 1.7 times as much.

Below ε the length is rounded off, so that it has a slope everywhere; what moves by much less than ε is hardly
held. A weight of 0.005 makes a voxel that moves by 10 mm pay 0.05. It acts on the displacement, of a velocity model on the
velocity.`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \sqrt{\lVert u(x)\rVert^2 + \varepsilon^2}\; - \varepsilon`,
    references: [
      {
        text: 'Sandkühler, Jud, Andermatt, Cattin: AirLab: Autograd image registration laboratory, 2018',
        doi: '10.48550/arXiv.1806.09907',
      },
    ],
  },
  params: z.object({
    weight: weightParameter(0.005),
    epsilon: numberParameter({
      title: 'Rounding ε',
      help: 'Length below which motions are weighed by their square; less makes smaller ones vanish.',
      unit: 'mm',
      default: 0.1,
      min: 1e-4,
      max: 10,
      advanced: true,
    }),
  }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean length, mm.' } },
  lower: (b, places, { weight, epsilon }, { nodeId }) => ({
    objective: energyPart(
      b,
      nodeId,
      b.dial('weight', weight),
      {
        order: 0,
        terms: [smoothRoot(sum(squared(U(0)), squared(U(1)), squared(U(2))), epsilon)],
      },
      places,
    ),
  }),
});

import { z } from 'zod';
import { defineComputedNode } from '../../runtime/api/nodes/define-computed-node';
import { pairSeen, pairSeenPorts } from '../shared/pair-seen';

export const weightMap = defineComputedNode({
  type: 'network.weight-map',
  version: 1,
  title: 'Weight map',
  section: 'network',
  synonyms: ['learned regularization', 'spatially varying', 'adaptive smoothness', 'local weight'],
  documentation: {
    summary: 'Where a network with a local weight lets regularization count more for two images.',
    details: `The factor on the regularizers that the network gives beside the field: above 1 where it keeps the field stiffer than on the whole, below where it lets it
bend more. It is shown the images as *Predict* shows them. Look at it in the viewer, or wire it to *Weight map* of a regularizer, for *Register* to refine the prediction with.

Take a network that has learned with *Local weight*.`,
    references: [
      {
        text: 'Niethammer, Kwitt, Vialard: Metric learning for image registration, 2019',
        doi: '10.48550/arXiv.1904.09524',
      },
    ],
  },
  params: z.object({}),
  inputs: pairSeenPorts,
  outputs: {
    weight: {
      type: 'image',
      doc: 'The factor, on the grid of the fixed image; its geometric mean is 1 on that of the network.',
    },
  },
  async compute({ network, fixed, moving, initial }, _, context) {
    const seen = pairSeen({ network, fixed, moving, initial }, context);
    const { grid: domain, affine, smoothVoxels } = seen;
    const request = { network, fixed, moving, affine, domain, smoothVoxels, regularization: 0.5 };
    const { localWeight } = await context.predict(request);
    if (!localWeight) {
      return context.refuse({
        port: 'network',
        message: 'This network lets regularization count alike everywhere.',
        remedy: 'Train one with Local weight between it and Train.',
      });
    }
    return { weight: { kind: 'image', grid: fixed.grid, planes: [localWeight] } };
  },
});

import { z } from 'zod';
import { defineComputedNode } from '../../runtime/api/nodes/define-computed-node';
import { pairSeen, pairSeenPorts } from '../shared/pair-seen';
import {
  doubtToldRegularization,
  toldRegularizationParameter,
} from '../shared/told-regularization';

export const predict = defineComputedNode({
  type: 'network.predict',
  version: 1,
  title: 'Predict',
  section: 'network',
  synonyms: ['inference', 'infer', 'forward pass', 'apply network', 'deep learning', 'deformation'],
  documentation: {
    summary: 'The transform that a network which has learned predicts for two images.',
    details: `Both images are brought to what the network has learned from: its number of voxels and their size, axes along those of the body, intensities from 0 to 1
(as a rule the least to the 99th percentile of what is brighter), about the middle of the fixed image. What it predicts is brought back to the grid of the fixed image; beyond the network's box the motion of
its edge goes on.

Most networks bend and do not turn: wire an affine registration to *Initial*, or the prediction of an *Affine regression*, which gives an affine map and bends nothing. The prediction comes in one go, in a fraction of a second; wire it to *Initial* of *Register* to have it
refined on any objective.

*Regularization* asks a network that was trained with it as an input, *HyperMorph* or *Conditional LapIRN*, for a smoother or a more detailed field: move the slider and run
again; the trained network is kept. Other networks do not use it.

It warns where the images are not what the network has learned from: where much of the fixed image lies outside of its box. It cannot see whether the
contrast is one that it knows: look at the result, and measure.`,
    references: [
      {
        text: 'Balakrishnan, Zhao, Sabuncu, Guttag, Dalca: VoxelMorph: A learning framework for deformable medical image registration, 2019',
        doi: '10.1109/TMI.2019.2897538',
      },
    ],
  },
  params: z.object({ regularization: toldRegularizationParameter() }),
  inputs: pairSeenPorts,
  outputs: {
    transform: {
      type: 'transform',
      doc: 'Fixed to moving: *Initial*, and the displacement on the grid of the fixed image; of an affine regression one affine map.',
    },
  },
  async compute({ network, fixed, moving, initial }, { regularization }, context) {
    const seen = pairSeen({ network, fixed, moving, initial }, context);
    doubtToldRegularization(network, regularization, context);
    const { grid: domain, affine, smoothVoxels } = seen;
    const request = { network, fixed, moving, affine, domain, smoothVoxels, regularization };
    const { localWeight: _, ...prediction } = await context.predict(request);
    return { transform: { kind: 'transform', grid: fixed.grid, ...prediction } };
  },
});

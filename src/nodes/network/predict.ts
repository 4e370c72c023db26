import { z } from 'zod';
import { identityMatrix, type MovingWorldFromFixedWorld } from '../../imaging/frames';
import { defineComputedNode } from '../../runtime/api/nodes/define-computed-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import { gridSeen, mostLeftOut, shareOutside, sizeMm, smoothingSeen } from '../shared/grid-seen';

/** As much as the similarities: where nobody says anything. */
const usualRegularization = 0.5;

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
  params: z.object({
    regularization: numberParameter({
      title: 'Regularization',
      help: 'For HyperMorph and Conditional LapIRN: more gives smoother fields, less more detail. Others do not use it.',
      default: usualRegularization,
      min: 0,
      max: 1,
      slider: true,
    }),
  }),
  inputs: {
    network: { type: 'network', doc: 'A network that has learned.' },
    fixed: { type: 'image', doc: 'The image that stays, one channel.' },
    moving: { type: 'image', doc: 'The image that is brought onto it, one channel.' },
    initial: {
      type: 'transform',
      optional: true,
      doc: 'Affine transform from fixed to moving, before the network bends anything.',
    },
  },
  outputs: {
    transform: {
      type: 'transform',
      doc: 'Fixed to moving: *Initial*, and the displacement on the grid of the fixed image; of an affine regression one affine map.',
    },
  },
  async compute({ network, fixed, moving, initial }, { regularization }, context) {
    const { domain } = network;
    if (!domain || !network.weights) {
      return context.refuse({
        port: 'network',
        message: 'The network has not learned anything yet.',
        remedy: 'Wire it through Train, or load one that has learned (Load network).',
      });
    }
    for (const [port, image] of Object.entries({ fixed, moving })) {
      if (image.planes.length === 1) continue;
      context.refuse({
        port,
        message: `A network sees one channel; this image has ${image.planes.length}.`,
        remedy: 'Pick one of them (Pick channel).',
      });
    }
    if (initial?.displacementMm) {
      context.refuse({
        port: 'initial',
        message: 'A network starts from an affine transform; this one bends already.',
        remedy: 'Wire the affine stage alone.',
      });
    }
    const isSlice = domain.sizeVoxels[2] === 1;
    if (isSlice !== (fixed.grid.sizeVoxels[2] === 1)) {
      context.refuse({
        port: 'fixed',
        message: `The network has learned from ${isSlice ? 'slices' : 'volumes'}; this image is a ${isSlice ? 'volume' : 'slice'}.`,
        remedy: `Take a network that has learned from ${isSlice ? 'volumes' : 'slices'}.`,
      });
    }
    const { spacingMm } = domain;
    if (!spacingMm) {
      return context.refuse({
        port: 'network',
        message: 'The file of this network does not say how large its voxels are.',
        remedy: 'Set Spacing of Load network to that of the images that it learned from.',
      });
    }
    const seen = gridSeen(fixed.grid, domain.sizeVoxels, spacingMm);
    const outside = shareOutside(fixed, seen);
    if (outside > mostLeftOut) {
      context.warn({
        about: 'network-domain',
        port: 'fixed',
        message: `The network sees a box of ${sizeMm(seen)} mm; ${Math.round(100 * outside)} % of what the fixed image shows lies outside of it, where its edge goes on.`,
        remedy:
          'Crop the image to what is registered, or take a network for a larger field of view.',
      });
    }
    if (regularization !== usualRegularization && !context.takesRegularization(network)) {
      context.warn({
        about: 'network-regularization',
        parameter: 'regularization',
        message:
          'This network is not told how much regularization counts: it gives the same field for any.',
        remedy: 'Train a HyperMorph or a Conditional LapIRN, or refine the field in Register.',
      });
    }
    const affine = initial?.affine ?? (identityMatrix as MovingWorldFromFixedWorld);
    const prediction = await context.predict({
      network,
      fixed,
      moving,
      affine,
      domain: seen,
      regularization,
      smoothVoxels: {
        fixed: smoothingSeen(fixed.grid, seen),
        moving: smoothingSeen(moving.grid, seen),
      },
    });
    return { transform: { kind: 'transform', grid: fixed.grid, ...prediction } };
  },
});

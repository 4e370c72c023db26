import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import {
  choiceParameter,
  integerListParameter,
  integerParameter,
} from '../../runtime/api/nodes/parameters';

export const voxelmorph = defineNode({
  type: 'network.voxelmorph',
  version: 1,
  title: 'VoxelMorph',
  section: 'network',
  synonyms: ['U-Net', 'CNN', 'deep learning', 'convolutional network', 'unsupervised'],
  documentation: {
    summary: 'A U-Net that sees both images at once and gives a vector a voxel.',
    details: `Convolutions of three voxels along every axis with leaky ReLU (0.2), halved by maximum pooling and brought back by nearest-neighbour upsampling with
skip connections, and a last convolution that gives the field: the layer table of the published network, in 2-D and 3-D. It bends and does not turn: bring the images
onto each other affinely first.

The sizes of the pairs have to be multiples of two for every entry of *Encoder*, of 16 for four.

Fewer channels are faster and learn less: the network's work goes with their square. As published it has 106 thousand weights in 2-D and 327 thousand in 3-D.`,
    references: [
      {
        text: 'Balakrishnan, Zhao, Sabuncu, Guttag, Dalca: VoxelMorph: A learning framework for deformable medical image registration, 2019',
        doi: '10.1109/TMI.2019.2897538',
      },
    ],
  },
  params: z.object({
    predicts: choiceParameter({
      title: 'Predicts',
      help: 'A displacement, or a velocity that is integrated, so that nothing folds.',
      choices: ['displacement', 'velocity'],
      default: 'displacement',
    }),
    encoder: integerListParameter({
      title: 'Encoder',
      help: 'Channels of the convolutions before each halving.',
      default: [16, 32, 32, 32],
      min: 1,
      max: 256,
      maxLength: 6,
    }),
    decoder: integerListParameter({
      title: 'Decoder',
      help: 'Channels of the convolutions before each doubling, then of those at full size.',
      default: [32, 32, 32, 32, 32, 16, 16],
      min: 1,
      max: 256,
      maxLength: 12,
    }),
    seed: integerParameter({
      title: 'Seed',
      help: 'Of the weights that it begins with.',
      default: 1,
      min: 0,
      max: 2_147_483_647,
      advanced: true,
    }),
  }),
  inputs: {},
  outputs: {
    network: { type: 'network', doc: 'The network, which has not learned anything yet.' },
  },
  lower: (_, __, { seed, ...settings }) => ({
    network: { kind: 'network', architecture: 'voxelmorph', settings, seed },
  }),
});

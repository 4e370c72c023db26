import { integerListParameter } from '../../runtime/api/nodes/parameters';
import { defineNetwork, predictsParameter } from '../shared/define-network';

export const voxelmorph = defineNetwork({
  type: 'network.voxelmorph',
  title: 'VoxelMorph',
  synonyms: ['U-Net', 'convolutional network', 'unsupervised'],
  documentation: {
    summary: 'A U-Net that sees both images at once and gives a vector a voxel.',
    details: `Convolutions of three voxels along every axis with leaky ReLU (0.2), halved by maximum pooling and brought back by nearest-neighbour upsampling with
skip connections, and a last convolution that gives the field: the layer table of the published network, in 2-D and 3-D. It bends and does not turn: bring the images
onto each other affinely first.

The sizes of the pairs have to be multiples of two for every entry of *Encoder*, of 16 for four. A velocity lies at half resolution, as published.

Fewer channels are faster and learn less: the work goes with their square. As published it has 327 331 weights in 3-D.`,
    references: [
      {
        text: 'Balakrishnan, Zhao, Sabuncu, Guttag, Dalca: VoxelMorph: A learning framework for deformable medical image registration, 2019',
        doi: '10.1109/TMI.2019.2897538',
      },
      {
        text: 'Dalca, Balakrishnan, Guttag, Sabuncu: Unsupervised learning of probabilistic diffeomorphic registration for images and surfaces, 2019',
        doi: '10.1016/j.media.2019.07.006',
      },
    ],
  },
  settings: {
    predicts: predictsParameter('displacement'),
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
  },
});

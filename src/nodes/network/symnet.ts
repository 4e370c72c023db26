import { integerParameter } from '../../runtime/api/nodes/parameters';
import { defineNetwork, widthParameter } from '../shared/define-network';

export const symnet = defineNetwork({
  type: 'network.symnet',
  title: 'SYMNet',
  synonyms: ['symmetric', 'diffeomorphic', 'half way', 'U-Net'],
  documentation: {
    summary: 'A network that brings both images half way to each other by two velocities.',
    details: `The map from fixed to moving is the exponential of one velocity after the inverse of the other: exp(v₁) ∘ exp(−v₂). It does not fold where the velocities are smooth. ReLU, five
levels, heads of five voxels along every axis, each component kept between bounds. Sizes have to be multiples of 16.`,
    references: [
      {
        text: 'Mok, Chung: Fast symmetric diffeomorphic image registration with convolutional neural networks, 2020',
        doi: '10.1109/CVPR42600.2020.00470',
      },
    ],
  },
  settings: {
    width: widthParameter(8, 64, 'Of the first convolution; they double with every level.'),
    rangeVoxels: integerParameter({
      title: 'Range',
      help: 'Bound of each component of both velocities.',
      unit: 'voxels',
      default: 100,
      min: 1,
      max: 1000,
      advanced: true,
    }),
  },
});

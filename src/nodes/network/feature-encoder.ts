import { integerListParameter, integerParameter } from '../../runtime/api/nodes/parameters';
import { defineNetwork } from '../shared/define-network';

export const featureEncoder = defineNetwork({
  type: 'network.feature-encoder',
  title: 'Feature encoder',
  synonyms: [
    'deep adaptive log-demons',
    'learned features',
    'siamese',
    'embedding',
    'contrast-invariant',
    'descriptor',
  ],
  documentation: {
    summary: 'Learns features by which log-demons find more than by intensities.',
    details: `Each image by itself goes through one small U-Net that gives channels within −1 and 1: features of what is seen around a voxel. Two images belong together where the squared
difference of their features is least, which is what demons make small.

It learns by *Train* as all networks do: features of both images are compared at two resolutions, coarse to fine, by their mean squared difference to their neighbours in
the other image; the mean of the ways to these neighbours, weighed by a softmax, is smoothed, added to a velocity and integrated, and the objectives that are wired say how good the
map is. On *Label overlap* with pairs of *Synthesize* in other contrasts, features learn to be the same in both. What it is good at by itself *Predict* shows.

*Features* then gives the channels of any image: wire those of both images to *Register* with *Velocity field*, *Mean squared error* and *Demons*, whose force solves for all channels at once.

The network of Zhao and Jia, who drive log-demons by what a network has learned, is not the one here: of its layers no table was at hand. The U-Net, its width, the two resolutions and
the softmax are choices of ours.`,
    formula: String.raw`v \leftarrow v + G_\sigma * \sum_d d\ \mathrm{softmax}_d\Big({-\tau}\,\big\|\Phi_m(x + d)\circ\exp v - \Phi_f(x)\big\|^2\Big)`,
    references: [
      {
        text: 'Zhao, Jia: Deep adaptive log-demons: diffeomorphic image registration with very large deformations, 2015',
        doi: '10.1155/2015/836202',
      },
      {
        text: 'Hoffmann, Billot, Greve, Iglesias, Fischl, Dalca: SynthMorph: Learning contrast-invariant registration without acquired images, 2022',
        doi: '10.1109/TMI.2021.3116879',
      },
    ],
  },
  settings: {
    encoder: integerListParameter({
      title: 'Encoder',
      help: 'Channels of the convolutions before each halving; the way up has as many.',
      default: [16, 32],
      min: 1,
      max: 256,
      maxLength: 4,
    }),
    channels: integerParameter({
      title: 'Features',
      help: 'Channels that it gives of an image. More say more, and cost the registration more.',
      default: 8,
      min: 1,
      max: 64,
    }),
  },
});

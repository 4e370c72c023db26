import { integerParameter } from '../../runtime/api/nodes/parameters';
import { defineNetwork, predictsParameter, unetChannels } from '../shared/define-network';

export const hypermorph = defineNetwork({
  type: 'network.hypermorph',
  title: 'HyperMorph',
  synonyms: ['hypernetwork', 'amortized hyperparameters', 'lambda', 'regularization slider'],
  documentation: {
    summary: 'A VoxelMorph that is trained once for every strength of regularization.',
    details: `A small fully connected network generates the weights of a VoxelMorph's convolutions from one number: how much regularization counts. *Train* draws that number
anew in every step, evenly from 0 to 1; the wired similarities then count 1 − λ times their weights, and the regularizers λ times theirs. Once it has learned, *Predict* has
a slider for it: smoother or more detailed, without training again.

Wire at least one regularizer, and choose weights so that the two would be in balance at a half; both can still be turned while it learns. Every look at the validation pairs is taken at 0.1,
0.5 and 0.9, and each of them is told.

The sizes of the pairs have to be multiples of two for every entry of *Encoder*, of 16 for four. Each weight of the U-Net is a linear map of *Units* numbers and a constant: as published it has 40
million weights in 3-D, 650 MB while it learns, and 13 million in 2-D. Fewer units are enough for one image type. The convolution that gives the field has
weights of its own, as published. At the start λ = 0 generates what a VoxelMorph starts from.`,
    formula: String.raw`\min_\theta\ \mathbb{E}_{\lambda}\ \mathbb{E}_{(f,m)}\Big[(1-\lambda)\,\mathcal{L}_{\text{sim}}+\lambda\,\mathcal{L}_{\text{reg}}\Big]\quad\text{of}\quad u_{h_\theta(\lambda)}(f,m)`,
    references: [
      {
        text: 'Hoopes, Hoffmann, Greve, Fischl, Guttag, Dalca: Learning the effect of registration hyperparameters with HyperMorph, 2022',
        doi: '10.59275/j.melba.2022-74f1',
      },
    ],
  },
  settings: {
    predicts: predictsParameter('velocity'),
    ...unetChannels,
    layers: integerParameter({
      title: 'Layers',
      help: 'Fully connected layers that make weights of the regularization.',
      default: 6,
      min: 1,
      max: 12,
    }),
    units: integerParameter({
      title: 'Units',
      help: 'Numbers of each of these layers. The weights of the whole go with it: fewer are faster.',
      default: 128,
      min: 1,
      max: 512,
    }),
  },
});

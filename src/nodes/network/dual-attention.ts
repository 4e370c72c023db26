import { defineNetwork, predictsParameter, unetChannels } from '../shared/define-network';

export const dualAttention = defineNetwork({
  type: 'network.dual-attention',
  title: 'Dual-attention VoxelMorph',
  synonyms: ['DAVoxelMorph', 'position attention', 'coordinate attention', 'U-Net'],
  documentation: {
    summary: 'VoxelMorph, whose deepest features see the whole image at once.',
    details: `VoxelMorph's U-Net with two kinds of attention where its map is smallest: position attention weighs each place by all places, coordinate attention weighs channels by where along
each axis they are strong. The authors train it with *Bending energy*, and report .714 against VoxelMorph's .703 of overlap on brains.

Their article leaves open where attention stands and how its parts are joined. Here both stand side by side after the last halving, so that the number for each pair of places stays small
(1680² for 160 × 192 × 224), and are added; position attention grows in from nothing. Fewer entries of *Encoder* make that map larger, and memory grows with its square.

The sizes of the pairs have to be multiples of two for every entry of *Encoder*, of 16 for four. A velocity lies at half resolution. As it stands it has 329 796 weights in 3-D.`,
    references: [
      {
        text: 'Li, Tang, Wang, Zhang, Qu: Dual attention network for unsupervised medical image registration based on VoxelMorph, 2022',
        doi: '10.1038/s41598-022-20589-7',
      },
      {
        text: 'Fu, Liu, Tian, Li, Bao, Fang, Lu: Dual attention network for scene segmentation, 2019',
        doi: '10.1109/CVPR.2019.00326',
      },
      {
        text: 'Hou, Zhou, Feng: Coordinate attention for efficient mobile network design, 2021',
        doi: '10.1109/CVPR46437.2021.01350',
      },
    ],
  },
  settings: {
    predicts: predictsParameter('displacement'),
    ...unetChannels,
  },
});

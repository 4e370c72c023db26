import { defineNetwork, predictsParameter, widthParameter } from '../shared/define-network';

export const lkuNet = defineNetwork({
  type: 'network.lku-net',
  title: 'LKU-Net',
  synonyms: ['large kernel', 'U-Net', 'IC-Net'],
  documentation: {
    summary: 'A U-Net whose levels see one, three and five voxels at once.',
    details: `The second convolution of each level but the first is the sum of three, with kernels of one, three and five voxels, and of what goes in; parametric ReLU, one slope a layer. With as
few weights as it has it did best of all networks on OASIS where labels led it. Sizes have to be multiples of 16.`,
    references: [
      {
        text: 'Jia, Bartlett, Zhang, Lu, Qiu, Duan: U-Net vs Transformer: Is U-Net outdated in medical image registration?, 2022',
        doi: '10.1007/978-3-031-21014-3_16',
      },
    ],
  },
  settings: {
    predicts: predictsParameter('displacement'),
    width: widthParameter(8, 64, 'Of the first convolution; they double with every level.'),
  },
});

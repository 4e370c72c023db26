import { defineNetwork, predictsParameter, widthParameter } from '../shared/define-network';

export const tdNet = defineNetwork({
  type: 'network.td-net',
  title: 'TD-Net',
  synonyms: ['transformer', 'attention', 'U-Net', 'ResT'],
  documentation: {
    summary:
      'A U-Net whose features pass through transformers at a quarter, an eighth and a sixteenth of the resolution.',
    details: `Convolutions with strides bring the images to a quarter of their resolution; there and at two coarser levels two transformer blocks see the whole image, and
convolutions on the way up join what both have found. Attention is cheap: keys and values are made of 8, 4 and 2 voxels of the level's map along every axis. Weights fit any size of a multiple of 16;
memory grows faster than the number of voxels. As published it has 5.8 million weights in 3-D.

The layers are those of the authors' program. It normalizes batches within its queries, and learns with one image a batch, where a batch's mean is that image's. Here each image is
normalized by itself, while it learns and while it predicts: averages kept for prediction would be those of images that it never was shown together with. The field begins at about nothing.`,
    references: [
      {
        text: 'Song, Liu, Ma: TD-Net: unsupervised medical image registration network based on Transformer and CNN, 2022',
        doi: '10.1007/s10489-022-03472-w',
      },
    ],
  },
  settings: {
    predicts: predictsParameter('displacement'),
    width: widthParameter(16, 64, 'Of the first convolution; they double with every level.'),
  },
});

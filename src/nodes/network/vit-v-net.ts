import { choiceParameter } from '../../runtime/api/nodes/parameters';
import { defineNetwork, predictsParameter } from '../shared/define-network';

/** The published network, and one for machines without a graphics card. */
const sizes = {
  published: {},
  small: { hidden: 96, blocks: 4, heads: 4, perceptron: 384, bottom: 128 },
} as const;

export const vitVNet = defineNetwork({
  type: 'network.vit-v-net',
  title: 'ViT-V-Net',
  synonyms: ['vision transformer', 'ViT', 'V-Net', 'attention'],
  documentation: {
    summary:
      'A vision transformer sees all patches at once, between a V-Net that leads down and one that leads up.',
    details: `Convolutions bring the images to a quarter of their resolution; there every patch attends to every other, in twelve blocks of twelve heads; convolutions with skip connections lead back up. Sizes
have to be multiples of four times *Patch*: of 32 as published, where a patch is 32 voxels of the image along every axis and 160 × 192 × 224 has 210 of them. Take smaller patches for smaller images: a transformer
that sees four of them has nothing to attend to. What was learned at one size fits no other. The published size has 31.6 million weights in 3-D: for a graphics card. The small one is ours.

The authors normalize batches on the way up, and learn with one image a batch, where a batch's mean is that image's. Here each image is normalized by itself, while it learns and while it
predicts: averages kept for prediction would be those of images that it never was shown together with. Nothing is dropped at random while it learns, so that a seed gives one result. Smaller patches leave out the first
steps upwards.`,
    references: [
      {
        text: 'Chen, He, Frey, Li, Du: ViT-V-Net: Vision transformer for unsupervised volumetric medical image registration, 2021',
        doi: '10.48550/arXiv.2104.06468',
      },
    ],
  },
  settings: {
    size: choiceParameter({
      title: 'Size',
      help: 'Channels and blocks of the transformer: as published, or so that it learns on a processor.',
      choices: ['published', 'small'],
      default: 'published',
    }),
    patch: choiceParameter({
      title: 'Patch',
      help: 'Samples along every axis at a quarter of the resolution; fewer are finer and take more memory.',
      choices: ['8', '4', '2'],
      default: '8',
    }),
    predicts: predictsParameter('displacement'),
  },
  settingsOf: ({ size, patch, ...rest }) => ({ ...rest, ...sizes[size], patch: Number(patch) }),
});

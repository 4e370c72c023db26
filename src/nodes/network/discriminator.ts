import { choiceParameter, integerListParameter } from '../../runtime/api/nodes/parameters';
import { defineNetwork } from '../shared/define-network';

export const discriminator = defineNetwork({
  type: 'network.discriminator',
  title: 'Discriminator',
  synonyms: ['GAN', 'adversarial', 'critic', 'PatchGAN', 'learned similarity', 'metric'],
  documentation: {
    summary: 'Judges patches: whether two images are aligned, or whether an image is real.',
    details: `Wire it to *Train with a learned similarity*, where it sees pairs and becomes a similarity that is learned, or to *Train translation*, where it sees single images. It registers
nothing by itself.

Convolutions of three voxels along every axis with leaky ReLU (0.2), of stride 2 but for the last of *Channels*, and instance normalization on all but the first, as of CycleGAN's discriminator; then one to a verdict for each place,
near 1 where it takes what it sees for aligned, or real. With four entries a verdict sees 47 voxels along each axis; fewer entries see less and say more of where.

Kernels of 4 voxels are published, which see 70. It fits images of any size. Weights begin normal with a standard deviation of 0.02, as published.`,
    references: [
      {
        text: 'Isola, Zhu, Zhou, Efros: Image-to-image translation with conditional adversarial networks, 2017',
        doi: '10.1109/CVPR.2017.632',
      },
    ],
  },
  settings: {
    sees: choiceParameter({
      title: 'Sees',
      help: 'Two images, to judge whether they are aligned; or one, to judge whether it is real.',
      choices: ['pair', 'image'],
      default: 'pair',
    }),
    channels: integerListParameter({
      title: 'Channels',
      help: 'Of the convolutions; all but the last halve the size.',
      default: [64, 128, 256, 512],
      min: 1,
      max: 512,
      maxLength: 6,
    }),
  },
});

import { z } from 'zod';
import { choiceParameter, integerParameter } from '../../runtime/api/nodes/parameters';
import { defineNetwork } from '../shared/define-network';

const words = (title: string, help: string) => z.string().max(60).default('').meta({ title, help });

export const translator = defineNetwork({
  type: 'network.translator',
  title: 'Translator',
  synonyms: ['CycleGAN', 'generator', 'image-to-image', 'synthesis', 'ResNet', 'contrast'],
  documentation: {
    summary: "Gives an image in another contrast: CycleGAN's generator.",
    details: `A wide convolution, two of stride 2, residual blocks at a quarter of the size, and back to full size, with instance normalization and ReLU: the layer table of the published network, for images of one channel. It learns by *Train
translation*, and *Translate* applies it. Its file says what it translates: *From* and *To*.

It is published with 64 channels and 9 blocks, 11.4 million weights in 2-D; 16 channels and 4 blocks, 0.3 million, learn the contrasts of a small slice in minutes. The sizes of images have to be multiples of 4.

The size is doubled by repetition and a convolution in place of a transposed one, which leaves a checkerboard; borders are padded with zeros in place of mirrored; the result is squashed to 0 to 1.`,
    references: [
      {
        text: 'Zhu, Park, Isola, Efros: Unpaired image-to-image translation using cycle-consistent adversarial networks, 2017',
        doi: '10.1109/ICCV.2017.244',
      },
      {
        text: 'Johnson, Alahi, Fei-Fei: Perceptual losses for real-time style transfer and super-resolution, 2016',
        doi: '10.1007/978-3-319-46475-6_43',
      },
    ],
  },
  settings: {
    from: words('From', 'The contrast of the images that it is shown, for its file.'),
    to: words('To', 'The contrast that it gives, for its file.'),
    channels: integerParameter({
      title: 'Channels',
      help: 'At full size; twice and four times as many at a half and at a quarter of it. The work goes with their square.',
      default: 64,
      min: 1,
      max: 256,
    }),
    blocks: integerParameter({
      title: 'Blocks',
      help: 'Residual blocks at a quarter of the size.',
      default: 9,
      min: 1,
      max: 16,
    }),
    outerKernel: choiceParameter({
      title: 'Outer kernel',
      help: 'Voxels along every axis of the first and the last convolution; 7 as published.',
      choices: ['3', '5', '7'],
      default: '7',
      advanced: true,
    }),
  },
  settingsOf: ({ outerKernel, ...rest }) => ({ ...rest, outerKernel: Number(outerKernel) }),
});

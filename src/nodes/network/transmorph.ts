import { choiceParameter } from '../../runtime/api/nodes/parameters';
import { defineNetwork, predictsParameter } from '../shared/define-network';

/** The published sizes, by the names that the authors gave them. */
const sizes = {
  base: { channels: 96, depths: [2, 2, 4, 2], heads: [4, 4, 8, 8] },
  large: { channels: 128, depths: [2, 2, 12, 2], heads: [4, 4, 8, 16] },
  small: { channels: 48, depths: [2, 2, 4, 2], heads: [4, 4, 4, 4] },
  tiny: { channels: 6, depths: [2, 2, 4, 2], heads: [2, 2, 4, 4] },
} as const;

export const transmorph = defineNetwork({
  type: 'network.transmorph',
  title: 'TransMorph',
  synonyms: ['Swin', 'transformer', 'attention', 'ViT'],
  documentation: {
    summary: 'A Swin transformer looks down, convolutions look up.',
    details: `Attention within windows that are shifted from block to block, on patches of four voxels along every axis; convolutions with instance normalization bring the field back to full size, and the
images themselves join at half and full size. Windows are a thirty-second of the image along each axis, as the authors prescribe: sizes have to be multiples of 32, and **what was learned at one size fits no
other**. Base has 46.8 million weights in 3-D: for a graphics card; tiny is for looking at.

The authors drop whole blocks at random while it learns; here none is dropped, so that a seed gives one result.`,
    references: [
      {
        text: 'Chen, Frey, He, Segars, Li, Du: TransMorph: Transformer for unsupervised medical image registration, 2022',
        doi: '10.1016/j.media.2022.102615',
      },
    ],
  },
  settings: {
    size: choiceParameter({
      title: 'Size',
      help: 'Channels, blocks and heads of the published sizes.',
      choices: ['base', 'large', 'small', 'tiny'],
      default: 'base',
    }),
    predicts: predictsParameter('displacement'),
  },
  settingsOf: ({ size, ...rest }) => ({ ...rest, ...sizes[size] }),
});

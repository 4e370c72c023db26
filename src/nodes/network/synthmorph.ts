import { defineNetwork, widthParameter } from '../shared/define-network';

export const synthmorph = defineNetwork({
  type: 'network.synthmorph',
  title: 'SynthMorph',
  synonyms: ['contrast', 'synthetic', 'U-Net', 'multimodal', 'label maps'],
  documentation: {
    summary: 'VoxelMorph’s network, as wide throughout, with a velocity at half resolution.',
    details: `What makes it SynthMorph is what it learns from: generated images of random contrast, compared by their labels. Wire *Synthesize* to *Train* with *Label overlap* and
*Diffusion*; it then registers contrasts that it has never seen.

The published weights have 64 channels, later ones 256. Narrower ones learn in less time: the work goes with the square. Sizes have to be multiples of 16.`,
    references: [
      {
        text: 'Hoffmann, Billot, Greve, Iglesias, Fischl, Dalca: SynthMorph: Learning contrast-invariant registration without acquired images, 2022',
        doi: '10.1109/TMI.2021.3116879',
      },
    ],
  },
  settings: {
    width: widthParameter(64, 256, 'Of every convolution but the one that gives the field.'),
  },
});

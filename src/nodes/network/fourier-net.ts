import { defineNetwork, predictsParameter, widthParameter } from '../shared/define-network';

export const fourierNet = defineNetwork({
  type: 'network.fourier-net',
  title: 'Fourier-Net',
  synonyms: ['band-limited', 'low frequencies', 'fast'],
  documentation: {
    summary: 'A network that gives the low frequencies of the field and leaves the rest at zero.',
    details: `Its way up ends at a quarter of the resolution; the small map is read as the centre of the spectrum of the field, so that no convolution works at full size on the way up. Fast, and smooth by
construction. Sizes have to be multiples of 16.

It begins with He's initial weights in place of the published code's: with those it first gives one shift of the whole image, from which thousands of steps on generated slices did not lead away.`,
    references: [
      {
        text: 'Jia, Bartlett, Chen, Song, Zhang, Cheng, Lu, Qiu, Duan: Fourier-Net: Fast image registration with band-limited deformation, 2023',
        doi: '10.1609/aaai.v37i1.25182',
      },
    ],
  },
  settings: {
    predicts: predictsParameter('displacement'),
    width: widthParameter(8, 64, 'Of the first convolution; they double with every level.'),
  },
});

import { defineNetwork, predictsParameter, widthParameter } from '../shared/define-network';

export const lapirn = defineNetwork({
  type: 'network.lapirn',
  title: 'LapIRN',
  synonyms: ['Laplacian pyramid', 'coarse to fine', 'diffeomorphic', 'large deformation'],
  documentation: {
    summary: 'Three networks one after the other, from a quarter of the resolution to all of it.',
    details: `Each sees the moving image as the levels before have warped it, the fixed one, and the field so far, and adds to it within bounds; five residual blocks a level. For large
motion. Sizes have to be multiples of 8.`,
    references: [
      {
        text: 'Mok, Chung: Large deformation diffeomorphic image registration with Laplacian pyramid networks, 2020',
        doi: '10.1007/978-3-030-59716-0_21',
      },
    ],
  },
  settings: {
    predicts: predictsParameter('velocity'),
    width: widthParameter(7, 32, 'A quarter of the channels of every level.'),
  },
});

import { numberParameter } from '../../runtime/api/nodes/parameters';
import { defineNetwork, predictsParameter, widthParameter } from '../shared/define-network';

export const conditionalLapIrn = defineNetwork({
  type: 'network.conditional-lapirn',
  title: 'Conditional LapIRN',
  synonyms: ['conditional instance normalization', 'cLapIRN', 'lambda', 'regularization slider'],
  documentation: {
    summary: 'A LapIRN that is trained once for every strength of regularization.',
    details: `Three networks one after the other, as *LapIRN*, by displacements. Within their residual blocks what enters an activation is normalized over the image, then scaled and
shifted by what the block makes of one number: how much regularization counts. *Train* draws that number anew in every step, evenly from 0 to 1; the wired
similarities count as they are, the regularizers *Strongest regularization* times that number. Once it has learned, *Predict* has a slider for it: smoother or more
detailed, without training again.

Wire at least one regularizer. Every look at the validation pairs is taken at 0.1, 0.5 and 0.9, and each of them is told. Sizes have to be multiples of 8. As published it has
1 222 068 weights in 3-D, a third more than LapIRN.`,
    formula: String.raw`\min_\theta\ \mathbb{E}_{\lambda}\ \mathbb{E}_{(f,m)}\Big[\mathcal{L}_{\text{sim}}+s\,\lambda\,\mathcal{L}_{\text{reg}}\Big]\quad\text{of}\quad u_\theta(f,m,\lambda)`,
    references: [
      {
        text: 'Mok, Chung: Conditional deformable image registration with convolutional neural network, 2021',
        doi: '10.1007/978-3-030-87202-1_4',
      },
    ],
  },
  settings: {
    predicts: predictsParameter('displacement'),
    width: widthParameter(7, 32, 'A quarter of the channels of every level.'),
    strongest: numberParameter({
      title: 'Strongest regularization',
      help: 'Factor on the weights of the regularizers where the regularization is 1.',
      default: 10,
      min: 0.001,
      max: 1000,
    }),
  },
});

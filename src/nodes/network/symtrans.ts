import { integerListParameter } from '../../runtime/api/nodes/parameters';
import { defineNetwork, predictsParameter, widthParameter } from '../shared/define-network';

export const symtrans = defineNetwork({
  type: 'network.symtrans',
  title: 'SymTrans',
  synonyms: ['symmetric transformer', 'attention', 'efficient self-attention'],
  documentation: {
    summary:
      'Transformers look down and up again, with attention that large convolutions make cheap.',
    details: `Two levels of convolutions, three of transformer blocks, and the same on the way up, where channels are spread to neighbours. Queries are made by convolutions; keys and values of a map that
convolutions with strides, channel by channel, have made small. As published it has 16.05 million weights in 3-D, 9.6 of them in those convolutions. Sizes have to be multiples of 16.

**The strides are for one size.** The authors' 24, 16 and 12 are for 96 × 112 × 96, and leave two keys at a quarter of the resolution and one below it: a summary of the whole image more than
attention to its parts. Scale them with your images, or take smaller ones, such as 4, 2, 1, to let it weigh places: then it has fewer weights and takes more memory.

The layers are those of the authors' program. Its first convolutions have no activations between them.`,
    references: [
      {
        text: 'Ma, Xu, Song, Liu: Symmetric transformer-based network for unsupervised image registration, 2022',
        doi: '10.48550/arXiv.2204.13575',
      },
    ],
  },
  settings: {
    predicts: predictsParameter('displacement'),
    width: widthParameter(16, 64, 'Of the first convolutions; they double with every level.'),
    strides: integerListParameter({
      title: 'Strides',
      help: 'Places along every axis that become one key, at a quarter, an eighth and a sixteenth of the resolution; 1 keeps all.',
      default: [24, 16, 12],
      min: 1,
      max: 64,
      maxLength: 3,
    }),
  },
});

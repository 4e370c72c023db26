import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { weightParameter } from '../shared/objective-weight';
import { meanOverChannels } from './mean-over-channels';
import { ownPair, pairPorts } from './own-pair';

export const correlation = defineNode({
  type: 'similarity.correlation',
  version: 1,
  title: 'Correlation',
  section: 'similarity',
  synonyms: ['NCC', 'normalized cross-correlation', 'GC', 'Pearson', 'global'],
  documentation: {
    summary: 'Correlation of the intensities over the whole image, with a minus sign.',
    details: `One number for the whole image, between −1 (aligned) and 1. Brightness and contrast may
differ by a factor and an offset; the order of the tissues may not.

Good for rigid and affine stages within one contrast, where it is smooth and cheap. For deformable
stages local correlation is better: it also forgives slow changes of brightness.

Of images of several channels it is the mean over the C channels of their correlations: each counts alike,
whatever its range.`,
    formula: String.raw`\mathcal{L} = -\frac{1}{C}\sum_c \frac{\sum_x (F_c-\bar F_c)(W_c-\bar W_c)}
{\sqrt{\sum_x (F_c-\bar F_c)^2\;\sum_x (W_c-\bar W_c)^2}}`,
    references: [
      {
        text: 'Modersitzki: Numerical Methods for Image Registration, 2004',
        doi: '10.1093/acprof:oso/9780198528418.001.0001',
      },
    ],
  },
  params: z.object({ weight: weightParameter() }),
  inputs: pairPorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted negative correlation.' } },
  lower: (b, images, params, { nodeId }) => ({
    objective: {
      kind: 'objective',
      name: nodeId,
      weight: b.dial('weight', params.weight),
      on: 'images',
      ...ownPair(images),
      loss: (body, comparison) =>
        meanOverChannels(body, comparison, ({ fixed, warped }) =>
          body.globalCorrelation({ fixed, warped, weight: comparison.domain.weight }),
        ),
    },
  }),
});

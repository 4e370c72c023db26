import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { weightParameter } from '../shared/objective-weight';
import { meanOverChannels, meanSquaresFactor } from './mean-over-channels';
import { ownPair, pairPorts } from './own-pair';
import { squaredDifferenceToAny } from './unknown-partner';

export const meanSquaredError = defineNode({
  type: 'similarity.mean-squared-error',
  version: 1,
  title: 'Mean squared error',
  section: 'similarity',
  synonyms: ['MSE', 'SSD', 'L2', 'intensity difference'],
  documentation: {
    summary: 'Mean of the squared difference of the intensities, voxel by voxel.',
    details: `The simplest and cheapest comparison. It assumes that the same tissue has the same
intensity in both images: normalize both first, or take them from the same scanner and sequence.

A bright spot in one image alone, a bias field or another contrast misleads it. Correlation forgives
a change of brightness, local correlation a bias field, mutual information another contrast.

Of images of several channels it is the mean over channels: a channel of a wider range counts more, so
normalize them, which is done channel by channel.`,
    formula: String.raw`\mathcal{L} = \frac{1}{C\,N}\sum_{c,x} \big(F_c(x) - W_c(x)\big)^2`,
    references: [
      {
        text: 'Modersitzki: Numerical Methods for Image Registration, 2004',
        doi: '10.1093/acprof:oso/9780198528418.001.0001',
      },
    ],
  },
  params: z.object({ weight: weightParameter() }),
  inputs: pairPorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean squared difference.' } },
  lower: (b, images, params, { nodeId }) => ({
    objective: {
      kind: 'objective',
      name: nodeId,
      weight: b.dial('weight', params.weight),
      on: 'images',
      ...ownPair(images),
      squaresFactor: meanSquaresFactor,
      loss: (body, comparison) =>
        meanOverChannels(body, comparison, ({ fixed, warped }) =>
          body.meanSquaredDifference({ fixed, warped, weight: comparison.domain.weight }),
        ),
      withoutPartner: (body, comparison) =>
        meanOverChannels(body, comparison, (channel) =>
          squaredDifferenceToAny(body, channel, comparison.domain),
        ),
    },
  }),
});

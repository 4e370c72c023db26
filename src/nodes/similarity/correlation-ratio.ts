import { z } from 'zod';
import type { Builder, Expression, ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter } from '../../runtime/api/nodes/parameters';
import { weightParameter } from '../shared/objective-weight';
import { binsParameter, countJointly, samplingOf, samplingParameters } from './joint-counts';
import { meanOverChannels } from './mean-over-channels';
import { ownPair, pairPorts } from './own-pair';

export const correlationRatio = defineNode({
  type: 'similarity.correlation-ratio',
  version: 1,
  title: 'Correlation ratio',
  section: 'similarity',
  synonyms: ['CR', 'corratio', 'FLIRT', 'multimodal', 'functional dependence'],
  documentation: {
    summary: 'How well the grey of one image tells the mean grey of the other.',
    details: `The voxels are sorted into bins by one image; the ratio is the share of the other image's variance that is
explained by which bin a voxel lies in. 1 means that it is a function of it, 0 that it knows nothing of it. Between
correlation, which asks for a straight line, and mutual information, which asks for any relation, it asks for a function:
good for T1 with T2 or PET. It needs fewer voxels than mutual information, and fails where one grey of
the image that explains stands for two tissues that the other tells apart: change the direction then. FLIRT registers by it
unless told otherwise, and sorts by the fixed image.

Voxels are spread over the bins by cubic B-splines; means and variances within a bin are exact, not rounded to the bins of
the other image. An image that is constant explains nothing and is not moved.

Of images of several channels it is the mean over channels, each with its partner.`,
    formula: String.raw`\mathcal{L} = -\Big(1 - \frac{\sum_b n_b\,\mathrm{Var}(W \mid F\in b)}{N\,\mathrm{Var}\,W}\Big)`,
    references: [
      {
        text: 'Roche, Malandain, Pennec, Ayache: The correlation ratio as a new similarity measure for multimodal image registration, 1998',
        doi: '10.1007/BFb0056301',
      },
      {
        text: 'Jenkinson, Bannister, Brady, Smith: Improved optimization for the robust and accurate linear registration and motion correction of brain images, 2002',
        doi: '10.1006/nimg.2002.1132',
      },
    ],
  },
  params: z.object({
    bins: binsParameter(64),
    explains: choiceParameter({
      title: 'Explains',
      help: 'The image by whose grey the voxels are sorted; take the one that tells more tissues apart.',
      choices: ['fixed', 'moving'],
      default: 'fixed',
    }),
    weight: weightParameter(),
    ...samplingParameters(),
  }),
  inputs: pairPorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted negative correlation ratio.' } },
  lower: (b, images, { bins, explains, weight: factor, ...sampled }, { nodeId }) => ({
    objective: {
      kind: 'objective',
      name: nodeId,
      weight: b.dial('weight', factor),
      on: 'images',
      ...ownPair(images),
      ...samplingOf(sampled),
      loss: (body, comparison) =>
        meanOverChannels(body, comparison, (channel) => {
          const { domain } = comparison;
          const histogram = countJointly(body, channel, domain, { bins, window: 'bspline' });
          const of = explains === 'moving' ? 'warped' : 'fixed';
          return ofTable(body, histogram, domain.mean, { bins, of });
        }),
    },
  }),
});

/**
 * −m · (Σ s₁²/n − S₁²/m) / (S₂ − S₁²/m − m·k): variance of the means of the bins over all variance, from the
 * moments s of the explained image in each bin and S in all; k is what the window itself adds to a square.
 */
function ofTable(
  b: Builder,
  histogram: ValueId,
  mass: ValueId,
  { bins, of }: { readonly bins: number; readonly of: 'fixed' | 'warped' },
): ValueId {
  const [counts, firsts, seconds] = ([0, 1, 2] as const).map((power) =>
    b.tableSums({ histogram }, { bins, of, power }),
  ) as [ValueId, ValueId, ValueId];
  const total = (a: ValueId): ValueId => b.pointwiseSum({ a }, { terms: ['a'] });
  const ofBins = b.pointwiseSum(
    { a: counts, b: firsts },
    { terms: [['select', ['<', 1e-9, 'a'], ['/', ['*', 'b', 'b'], 'a'], 0]] },
  );
  const ofWindow = 1 / (3 * (bins - 3) ** 2);
  const ofMean: Expression = ['/', ['*', 'b', 'b'], 'd'];
  const all: Expression = ['-', ['-', 'c', ofMean], ['*', ofWindow, 'd']];
  return b.pointwise(
    { a: ofBins, b: total(firsts), c: total(seconds), d: mass },
    {
      expressions: [
        [
          'select',
          ['<', 1e-6, 'd'],
          [
            'select',
            // Where an image is constant rounding alone is left.
            ['<', ['*', 1e-6, 'd'], all],
            ['neg', ['*', 'd', ['/', ['-', 'a', ofMean], all]]],
            0,
          ],
          0,
        ],
      ],
    },
  );
}

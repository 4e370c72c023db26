import { z } from 'zod';
import type { Expression } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { weightParameter } from '../shared/objective-weight';
import { meanOverChannels } from './mean-over-channels';
import { ownPair, pairPorts } from './own-pair';
import { squaredDifferenceToAny } from './unknown-partner';

export const robustDifference = defineNode({
  type: 'similarity.robust-difference',
  version: 1,
  title: 'Robust difference',
  section: 'similarity',
  synonyms: ['MAE', 'mean absolute error', 'L1', 'Tukey', 'biweight', 'Huber', 'outliers'],
  documentation: {
    summary:
      'Mean of the difference of the intensities, with a penalty that outliers cannot dominate.',
    details: `Mean squared error lets one bright spot that only one image has weigh as much as a thousand small differences. Here it
weighs less: with **smooth-l1** in proportion to the difference, rounded off where the difference is small, so that there
is a slope to follow; with **tukey** not at all more than a difference of the cut-off, beyond which it has no say in
where things move.

As mean squared error it assumes that the same tissue has the same intensity in both images: normalize both to 0 to 1, for
which the defaults are made. Tukey's penalty is blind to all that is further off than its cut-off: begin from
images that are near.

Of images of several channels it is the mean over channels. A point without a partner costs the penalty of the root mean squared difference
to a partner drawn at random.`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \rho\big(F(x) - W(x)\big),\qquad
\rho_{L1}(r) = \sqrt{r^2+s^2}-s,\qquad
\rho_{T}(r) = \tfrac{c^2}{6}\Big(1-\big(1-\min(r^2/c^2,1)\big)^3\Big)`,
    references: [
      {
        text: 'Beaton, Tukey: The fitting of power series, meaning polynomials, illustrated on band-spectroscopic data, 1974',
        doi: '10.1080/00401706.1974.10489171',
      },
      {
        text: 'Reuter, Rosas, Fischl: Highly accurate inverse consistent registration: a robust approach, 2010',
        doi: '10.1016/j.neuroimage.2010.07.020',
      },
    ],
  },
  params: z.object({
    penalty: choiceParameter({
      title: 'Penalty',
      help: 'In proportion to the difference, or bounded beyond a cut-off.',
      choices: ['smooth-l1', 'tukey'],
      default: 'smooth-l1',
    }),
    smoothing: numberParameter({
      title: 'Smoothing',
      help: 'Of smooth-l1: below this difference the penalty is round; more is nearer to mean squared error.',
      default: 0.01,
      min: 1e-6,
      max: 1e4,
    }),
    cutoff: numberParameter({
      title: 'Cut-off',
      help: 'Of tukey: differences beyond this all cost the same; less ignores more.',
      default: 0.5,
      min: 1e-6,
      max: 1e4,
    }),
    weight: weightParameter(),
  }),
  inputs: pairPorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean penalty of the differences.' } },
  lower: (b, images, { weight: factor, ...penalty }, { nodeId }) => ({
    objective: {
      kind: 'objective',
      name: nodeId,
      weight: b.dial('weight', factor),
      on: 'images',
      ...ownPair(images),
      loss: (body, comparison) =>
        meanOverChannels(body, comparison, ({ fixed, warped }) =>
          body.pointwiseMean(
            { a: fixed, b: warped, c: comparison.domain.weight },
            { terms: [['*', 'c', penaltyOf(squaredDifference, penalty)]] },
          ),
        ),
      withoutPartner: (body, comparison) =>
        meanOverChannels(body, comparison, (channel) =>
          body.pointwise(
            { a: squaredDifferenceToAny(body, channel, comparison.domain) },
            { expressions: [penaltyOf('a', penalty)] },
          ),
        ),
    },
  }),
});

const difference: Expression = ['-', 'a', 'b'];
const squaredDifference: Expression = ['*', difference, difference];

/** The penalty of a difference, from its square. */
function penaltyOf(
  squared: Expression,
  {
    penalty,
    smoothing,
    cutoff,
  }: {
    readonly penalty: 'smooth-l1' | 'tukey';
    readonly smoothing: number;
    readonly cutoff: number;
  },
): Expression {
  if (penalty === 'smooth-l1') {
    return ['-', ['sqrt', ['+', squared, smoothing * smoothing]], smoothing];
  }
  const left: Expression = ['-', 1, ['min', ['*', squared, 1 / (cutoff * cutoff)], 1]];
  return ['*', (cutoff * cutoff) / 6, ['-', 1, ['*', left, ['*', left, left]]]];
}

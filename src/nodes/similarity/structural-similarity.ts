import { z } from 'zod';
import type { Builder, Expression, ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import { weightParameter } from '../shared/objective-weight';
import { gaussianMeans, pairMeans } from './gaussian-window';
import { meanOverChannels } from './mean-over-channels';
import { ownPair, pairPorts } from './own-pair';

/** The window ends after five voxels at σ = 1.5: 11 voxels wide, as it was published. */
const truncate = 10 / 3;

export const structuralSimilarity = defineNode({
  type: 'similarity.structural-similarity',
  version: 1,
  title: 'Structural similarity',
  section: 'similarity',
  synonyms: ['SSIM', 'SSIM3D', 'perceptual', 'window'],
  documentation: {
    summary:
      'Brightness, contrast and structure compared in a small window, averaged over all windows.',
    details: `Around each voxel means, variances and covariance of both images are taken in a Gaussian window and made one
number: 1 where the windows are the same, 0 where they have nothing in common, below 0 where one is the negative of the other. Unlike local
correlation it asks for the same brightness and contrast too: normalize both images, and take it within one
contrast. It is best known as a measure of how alike two images look; as an objective local correlation is
the more usual choice.

The two constants keep flat windows from dividing by nothing: squares of 0.01 and 0.03 times the range of intensities, the
larger one of the two images'. Two flat images of one value are alike (1) and nothing moves them.

Of images of several channels it is the mean over channels, each with its partner.`,
    formula: String.raw`\mathcal{L} = -\frac{1}{N}\sum_x \frac{(2\mu_F\mu_W + c_1)(2\sigma_{FW} + c_2)}
{(\mu_F^2+\mu_W^2+c_1)(\sigma_F^2+\sigma_W^2+c_2)},\qquad c_1 = (0.01\,R)^2,\; c_2 = (0.03\,R)^2`,
    references: [
      {
        text: 'Wang, Bovik, Sheikh, Simoncelli: Image quality assessment: from error visibility to structural similarity, 2004',
        doi: '10.1109/TIP.2003.819861',
      },
    ],
  },
  params: z.object({
    sigmaVoxels: numberParameter({
      title: 'Width',
      help: 'Standard deviation of the window: 1.5 is 11 voxels wide; larger is steadier and coarser.',
      unit: 'voxels',
      default: 1.5,
      min: 0.5,
      max: 10,
    }),
    weight: weightParameter(),
  }),
  inputs: pairPorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted negative structural similarity.' } },
  lower: (b, images, { sigmaVoxels, weight: factor }, { nodeId }) => ({
    objective: {
      kind: 'objective',
      name: nodeId,
      weight: b.dial('weight', factor),
      on: 'images',
      isLocal: true,
      ...ownPair(images),
      loss(body, comparison) {
        const { weight } = comparison.domain;
        const mean = gaussianMeans(body, comparison.domain, { sigmaVoxels, truncate });
        return meanOverChannels(body, comparison, (channel) => {
          const means = pairMeans(body, mean, channel);
          const similarity = body.pointwise(
            {
              a: means.meanFixed,
              b: means.meanWarped,
              c: means.meanFixedSquared,
              d: means.meanWarpedSquared,
              e: means.meanProduct,
              f: rangeOf(body, channel),
            },
            { expressions: [ofMeans] },
          );
          return body.pointwiseMean(
            { a: similarity, b: weight },
            { terms: [['neg', ['*', 'b', 'a']]] },
          );
        });
      },
    },
  }),
});

/** The larger range of the two images as they lie; never 0. */
function rangeOf(
  b: Builder,
  { fixedUnmoved, moving }: Readonly<Record<'fixedUnmoved' | 'moving', ValueId>>,
): ValueId {
  return b.pointwise(
    { a: b.intensityRange({ image: fixedUnmoved }), b: b.intensityRange({ image: moving }) },
    { expressions: [['max', ['max', ['-', 'a.1', 'a.0'], ['-', 'b.1', 'b.0']], 1e-6]] },
  );
}

const product = (...factors: readonly Expression[]): Expression =>
  factors.slice(1).reduce<Expression>((all, one) => ['*', all, one], factors[0] ?? 1);

const [brightness, contrast] = [0.01, 0.03].map((k) => product(k * k, 'f', 'f')) as [
  Expression,
  Expression,
];

/** Variance from means, which rounding must not make negative. */
const variance = (square: Expression, mean: Expression): Expression => [
  'max',
  ['-', square, product(mean, mean)],
  0,
];

const ofMeans: Expression = [
  '/',
  product(
    ['+', product(2, 'a', 'b'), brightness],
    ['+', product(2, ['-', 'e', product('a', 'b')]), contrast],
  ),
  product(
    ['+', ['+', product('a', 'a'), product('b', 'b')], brightness],
    ['+', ['+', variance('c', 'a'), variance('d', 'b')], contrast],
  ),
];

import { z } from 'zod';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import type { Domain } from '../../runtime/api/nodes/port-values';
import { weightParameter } from '../shared/objective-weight';
import { ownPair, pairPorts } from './own-pair';

export const meanSquaredError = defineNode({
  type: 'similarity.mean-squared-error',
  version: 1,
  title: 'Mean squared error',
  section: 'similarity',
  synonyms: ['MSE', 'SSD', 'sum of squared differences', 'L2', 'intensity difference'],
  documentation: {
    summary: 'Mean of the squared difference of the intensities, voxel by voxel.',
    details: `The simplest and cheapest comparison. It assumes that the same tissue has the same
intensity in both images: normalize both first, or take them from the same scanner and sequence.

A bright spot in one image alone, a bias field or another contrast misleads it. Correlation forgives
a change of brightness, local correlation a bias field, mutual information another contrast.`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \big(F(x) - W(x)\big)^2`,
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
      loss(body, { fixed, warped, fixedUnmoved, domain }) {
        const { weight } = domain;
        const matched = body.meanSquaredDifference({ fixed, warped, weight });
        return body.add({ a: matched, b: costOfNoPartner(body, fixedUnmoved, domain) });
      },
    },
  }),
});

/**
 * What the points without a partner cost: the variance of the fixed image each, which is what guessing its
 * mean would. Otherwise an image could be improved by taking it out of sight.
 */
function costOfNoPartner(b: Builder, fixed: ValueId, { weight, reference }: Domain): ValueId {
  const spread = b.imageVariance({ image: fixed, weight: reference?.weight });
  const variance = reference
    ? b.scale({ value: spread, by: reference.inverse }, { factor: 1 })
    : spread;
  // Both shares are of the whole grid; the difference is what has no partner.
  const counted = b.scale({ value: variance, by: b.meanWeight({ weight }).mean }, { factor: -1 });
  return b.add({ a: reference ? spread : variance, b: counted });
}

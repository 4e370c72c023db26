import { z } from 'zod';
import { type Grid, voxelCount } from '../../imaging/grid';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import type { Comparison } from '../../runtime/api/nodes/port-values';
import { weightParameter } from '../shared/objective-weight';
import { meanOverChannels, meanSquaresFactor } from './mean-over-channels';
import { ownPair, pairPorts } from './own-pair';
import { squaredDifferenceToAny } from './unknown-partner';

export const sumOfSquares = defineNode({
  type: 'similarity.sum-of-squares',
  version: 1,
  title: 'Sum of squared differences',
  section: 'similarity',
  synonyms: ['SSD', 'L2', 'squared difference', 'integral', 'LDDMM', 'demons'],
  documentation: {
    summary: 'The squared difference of the intensities, added up over the volume in mm³.',
    details: `Mean squared error times the volume that counts: what many methods are written with, such as LDDMM or demons, whose
regularizers are integrals too. It is an integral, each voxel times its volume, and not a plain sum, so that it is the same
at every level and voxel size. Take it where a paper's weights are meant for integrals; for all else mean squared error, whose
weights do not depend on how large the image is.

As that it needs the same intensity for the same tissue in both images. With a mask of the fixed image it is the sum within the mask. Of
images of several channels it is the mean over channels.`,
    formula: String.raw`\mathcal{L} = \int \big(F(x) - W(x)\big)^2\,dx \approx \frac{V}{N}\sum_x \big(F(x) - W(x)\big)^2`,
    references: [
      {
        text: 'Beg, Miller, Trouvé, Younes: Computing large deformation metric mappings via geodesic flows of diffeomorphisms, 2005',
        doi: '10.1023/B:VISI.0000043755.93987.aa',
      },
    ],
  },
  params: z.object({ weight: weightParameter() }),
  inputs: pairPorts,
  outputs: {
    objective: { type: 'objective', doc: 'Weighted integral of the squared difference, mm³.' },
  },
  lower: (b, images, params, { nodeId }) => ({
    objective: {
      kind: 'objective',
      name: nodeId,
      weight: b.dial('weight', params.weight),
      on: 'images',
      ...ownPair(images),
      isIntegral: true,
      squaresFactor: (comparison) =>
        volumeMm3(comparison.domain.grid) * meanSquaresFactor(comparison),
      loss: (body, comparison) =>
        meanOverChannels(body, comparison, ({ fixed, warped }) =>
          integrated(
            body,
            body.meanSquaredDifference({ fixed, warped, weight: comparison.domain.weight }),
            comparison,
          ),
        ),
      withoutPartner: (body, comparison) =>
        meanOverChannels(body, comparison, (channel) =>
          integrated(body, squaredDifferenceToAny(body, channel, comparison.domain), comparison),
        ),
    },
  }),
});

/** A mean over the grid becomes a sum over what the fixed image lets count: losses are divided by that share later. */
function integrated(b: Builder, mean: ValueId, { domain }: Comparison): ValueId {
  return b.scale({ value: mean, by: domain.reference?.mean }, { factor: volumeMm3(domain.grid) });
}

/** The volume of all voxels. */
function volumeMm3(grid: Grid): number {
  const [a, b, c, , d, e, f, , g, h, i] = grid.worldFromVoxel;
  return (
    voxelCount(grid) * Math.abs(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g))
  );
}

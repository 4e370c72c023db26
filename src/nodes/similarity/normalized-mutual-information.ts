import { z } from 'zod';
import type { Builder, Expression, ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { weightParameter } from '../shared/objective-weight';
import {
  binsParameter,
  countJointly,
  parzenParameter,
  samplingOf,
  samplingParameters,
} from './joint-counts';
import { meanOverChannels } from './mean-over-channels';
import { ownPair, pairPorts } from './own-pair';

export const normalizedMutualInformation = defineNode({
  type: 'similarity.normalized-mutual-information',
  version: 1,
  title: 'Normalized mutual information',
  section: 'similarity',
  synonyms: ['NMI', 'Studholme', 'entropy', 'multimodal', 'overlap invariant', 'NiftyReg'],
  documentation: {
    summary: 'Mutual information as a share of the joint entropy.',
    details: `The sum of what either image tells by itself, divided by what both tell together, less the 1 that
this is for images that know nothing of each other. It lies between 0 (unlike) and 1 (each grey of one image has its
grey in the other). As mutual information it does not ask which grey belongs to which, so that it aligns CT
with MR and T1 with T2.

Mutual information grows when more of both images' structure lies within the overlap, aligned or not. This
ratio does so far less, and is the choice where fields of view differ, or little of the images meets. Where
they meet well, the two lead to nearly the same place.

It is what NiftyReg 1.5 registers with unless told otherwise: 64 bins. It needs many voxels for its histogram and
sees no place; for deformable stages within one contrast local correlation follows finer detail. An image that is constant
has nothing to tell: the value is 0 and nothing is moved.

Of images of several channels it is the mean over channels, each with its partner.`,
    formula: String.raw`\mathcal{L} = 1 - \frac{H_F + H_W}{H_{FW}},\qquad
H_{FW} = -\sum_{a,b} p(a,b)\ln p(a,b),\quad p(a,b) = \frac{1}{N}\sum_x w_a\big(F(x)\big)\,w_b\big(W(x)\big)`,
    references: [
      {
        text: 'Studholme, Hill, Hawkes: An overlap invariant entropy measure of 3D medical image alignment, 1999',
        doi: '10.1016/S0031-3203(98)00091-0',
      },
      {
        text: 'Modat, Ridgway, Taylor, Lehmann, Barnes, Hawkes, Fox, Ourselin: Fast free-form deformation using graphics processing units, 2010',
        doi: '10.1016/j.cmpb.2009.09.002',
      },
    ],
  },
  params: z.object({
    bins: binsParameter(64),
    window: parzenParameter(),
    weight: weightParameter(),
    ...samplingParameters(),
  }),
  inputs: pairPorts,
  outputs: {
    objective: { type: 'objective', doc: 'Weighted negative normalized mutual information.' },
  },
  lower: (b, images, { bins, window, weight: factor, ...sampled }, { nodeId }) => ({
    objective: {
      kind: 'objective',
      name: nodeId,
      weight: b.dial('weight', factor),
      on: 'images',
      ...ownPair(images),
      ...samplingOf(sampled),
      loss: (body, comparison) =>
        meanOverChannels(body, comparison, (channel) => {
          const histogram = countJointly(body, channel, comparison.domain, { bins, window });
          return ofTable(body, histogram, comparison.domain.mean, bins);
        }),
    },
  }),
});

/** p ln p, and 0 where a cell is as good as empty. */
const information: Expression = ['select', ['<', 1e-12, 'a'], ['*', 'a', ['log', 'a']], 0];

/**
 * m · (1 − (H_F + H_W) / H_FW) of a table whose cells sum to m: with S = Σ p ln p of cells and marginals
 * H = ln m − S / m, so that it is m · (S_F + S_W − S_FW − m ln m) / (m ln m − S_FW). 0 where nothing counts.
 */
function ofTable(b: Builder, histogram: ValueId, mass: ValueId, bins: number): ValueId {
  const marginal = (of: 'fixed' | 'warped') => b.tableSums({ histogram }, { bins, of, power: 0 });
  const [rows, columns] = [marginal('fixed'), marginal('warped')];
  const sum = (a: ValueId): ValueId => b.pointwiseSum({ a }, { terms: [information] });
  const own: Expression = ['*', 'd', ['log', ['max', 'd', 1e-12]]];
  // Never 0 where something counts: a window spreads even one voxel over several bins.
  const joint: Expression = ['-', own, 'c'];
  return b.pointwise(
    {
      a: sum(rows),
      b: sum(columns),
      c: sum(histogram),
      d: mass,
    },
    {
      expressions: [
        [
          'select',
          ['<', 1e-6, 'd'],
          ['neg', ['*', 'd', ['/', ['-', ['+', own, 'c'], ['+', 'a', 'b']], joint]]],
          0,
        ],
      ],
    },
  );
}

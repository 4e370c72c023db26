import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { integerParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { weightParameter } from '../shared/objective-weight';
import { meanOverChannels } from './mean-over-channels';
import { ownPair, pairPorts } from './own-pair';

export const lncc = defineNode({
  type: 'similarity.lncc',
  version: 1,
  title: 'Local correlation',
  section: 'similarity',
  synonyms: ['LNCC', 'CC', 'local normalized cross-correlation', 'window', 'NCC'],
  documentation: {
    summary: 'Squared correlation of the intensities in a small window, averaged over all windows.',
    details: `Around each voxel the two images are compared as if nothing else existed: brightness,
contrast and even the sign may differ from window to window. This is what most deformable brain
registration is done with.

The window is a box of 2·radius + 1 voxels, cut off at the image's edge. A small radius follows fine
detail and noise, a large one is steadier and coarser; the cost does not depend on it. Where both
images are flat, ε keeps noise from looking like structure: it is meant for intensities between 0
and 1, so normalize first.

Between contrasts that are not monotone to each other (CT and MR), use mutual information.

Of images of several channels it is the mean over channels, each in windows of its own; the cost grows with
their number. To weigh them unlike, pick the channels and wire each pair to a similarity of its own.`,
    formula: String.raw`\mathcal{L} = -\frac{1}{N}\sum_x \frac{A^2}{B\,C},\qquad
A = \overline{FW}-\bar F\bar W,\; B = \max(\overline{F^2}-\bar F^2,\varepsilon),\;
C = \max(\overline{W^2}-\bar W^2,\varepsilon)`,
    references: [
      {
        text: 'Cachier, Bardinet, Dormont, Pennec, Ayache: Iconic feature based nonrigid registration: the PASHA algorithm, 2003',
        doi: '10.1016/S1077-3142(03)00002-X',
      },
      {
        text: 'Avants, Epstein, Grossman, Gee: Symmetric diffeomorphic image registration with cross-correlation, 2008',
        doi: '10.1016/j.media.2007.06.004',
      },
    ],
  },
  params: z.object({
    radiusVoxels: integerParameter({
      title: 'Radius',
      help: 'Half the window: 2 makes a window of 5 voxels; larger is steadier and coarser.',
      unit: 'voxels',
      default: 2,
      min: 1,
      max: 20,
    }),
    weight: weightParameter(),
    epsilon: numberParameter({
      title: 'Least variance',
      help: 'Variances below this count as this much: more ignores faint structure and noise.',
      default: 1e-5,
      min: 1e-12,
      max: 1,
      advanced: true,
    }),
  }),
  inputs: pairPorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted negative local correlation.' } },
  lower: (b, images, { radiusVoxels, epsilon, weight: factor }, { nodeId }) => ({
    objective: {
      kind: 'objective',
      name: nodeId,
      weight: b.dial('weight', factor),
      on: 'images',
      isLocal: true,
      ...ownPair(images),
      loss(body, comparison) {
        const { weight, hasHoles } = comparison.domain;
        const window = { radiusVoxels };
        const counted = hasHoles
          ? { weight, weightMean: body.windowStatistics({ image: weight }, window).mean }
          : {};
        return meanOverChannels(body, comparison, ({ fixed, warped, fixedUnmoved }) => {
          // Of an image that moves nothing is constant in the loop.
          if (fixed !== fixedUnmoved) {
            const means = body.windowPairMoments({ fixed, warped, ...counted }, window);
            return body.lnccLoss({ ...means, weight }, { epsilon });
          }
          const ofFixed = body.windowStatistics({ image: fixed, ...counted }, window);
          const moments = body.windowMoments({ fixed, warped, ...counted }, window);
          return body.lnccLoss(
            { meanFixed: ofFixed.mean, meanFixedSquared: ofFixed.meanSquared, ...moments, weight },
            { epsilon },
          );
        });
      },
    },
  }),
});

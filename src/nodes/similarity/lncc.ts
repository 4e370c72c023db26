import { z } from 'zod';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import {
  choiceParameter,
  integerListParameter,
  integerParameter,
  numberParameter,
} from '../../runtime/api/nodes/parameters';
import type { ComparedChannel, Domain } from '../../runtime/api/nodes/port-values';
import { weightParameter } from '../shared/objective-weight';
import { gaussianMeans, pairMeans } from './gaussian-window';
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
detail and noise, a large one is steadier and coarser; the cost does not depend on it. ANTs takes 2 (4 until 2024), Greedy
2, FireANTs 3, VoxelMorph 4. A **Gaussian** window fades out instead of ending, so that no voxel enters or leaves it
at once; NiftyReg's has a σ of 5 voxels. Its cost grows with σ. Where both
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
    window: choiceParameter({
      title: 'Window',
      help: 'A box of the radius, or a Gaussian of the width: softer, and slower.',
      choices: ['box', 'gaussian'],
      default: 'box',
    }),
    sigmaVoxels: numberParameter({
      title: 'Width',
      help: 'Standard deviation of a Gaussian window; larger is steadier and coarser.',
      unit: 'voxels',
      default: 5,
      min: 0.5,
      max: 20,
    }),
    levelRadii: integerListParameter({
      title: 'Radius by level',
      help: 'Radius of the box at each level, coarsest first, the last one for all that follow; 0 takes the radius above.',
      unit: 'voxels',
      default: [0],
      min: 0,
      max: 20,
      maxLength: 10,
      advanced: true,
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
  lower: (b, images, { weight: factor, ...params }, { nodeId }) => ({
    objective: {
      kind: 'objective',
      name: nodeId,
      weight: b.dial('weight', factor),
      on: 'images',
      isLocal: true,
      tellsGain: true,
      ...ownPair(images),
      loss(body, comparison, { level }) {
        const { domain } = comparison;
        const { epsilon, sigmaVoxels, levelRadii, window } = params;
        if (window === 'gaussian') {
          const mean = gaussianMeans(body, domain, { sigmaVoxels, truncate: 3 });
          return meanOverChannels(body, comparison, (channel) =>
            body.lnccLoss(
              { ...pairMeans(body, mean, channel), weight: domain.weight },
              { epsilon },
            ),
          );
        }
        const ofLevel = levelRadii[Math.min(level, levelRadii.length - 1)] ?? 0;
        const radiusVoxels = ofLevel === 0 ? params.radiusVoxels : ofLevel;
        const inBox = correlationInBox(body, domain, radiusVoxels, epsilon);
        return meanOverChannels(body, comparison, inBox);
      },
    },
  }),
});

function correlationInBox(
  b: Builder,
  { weight, hasHoles }: Domain,
  radiusVoxels: number,
  epsilon: number,
): (channel: ComparedChannel) => ValueId {
  const window = { radiusVoxels };
  const counted = hasHoles
    ? { weight, weightMean: b.windowStatistics({ image: weight }, window).mean }
    : {};
  return ({ fixed, warped, fixedUnmoved }) => {
    // Of an image that moves nothing is constant in the loop.
    if (fixed !== fixedUnmoved) {
      const means = b.windowPairMoments({ fixed, warped, ...counted }, window);
      return b.lnccLoss({ ...means, weight }, { epsilon });
    }
    const ofFixed = b.windowStatistics({ image: fixed, ...counted }, window);
    const moments = b.windowMoments({ fixed, warped, ...counted }, window);
    return b.lnccLoss(
      { meanFixed: ofFixed.mean, meanFixedSquared: ofFixed.meanSquared, ...moments, weight },
      { epsilon },
    );
  };
}

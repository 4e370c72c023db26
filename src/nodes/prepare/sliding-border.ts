import { z } from 'zod';
import { spacingMm } from '../../imaging/grid';
import type { Judge } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import { widestGaussianVoxels } from '../shared/wide-gaussian';

/** Where the Gaussian is cut off, in standard deviations. */
const truncate = 3;

export const slidingBorder = defineNode({
  type: 'prepare.sliding-border',
  version: 1,
  title: 'Sliding border',
  section: 'prepare',
  synonyms: ['sliding', 'slipping', 'discontinuity', 'pleura', 'lung', 'respiration', 'weight map'],
  documentation: {
    summary:
      'A map of weights that is low along the border of a mask, where organs slide along each other.',
    details: `The lungs glide along the ribs: on the two sides of the pleura neighbours move differently, and a regularizer that
makes neighbours move alike draws both. Wire this map to *weightMap* of a regularizer: along the border it then weighs little, elsewhere as it did.

The mask is smoothed by a Gaussian of the *width*; where that is a half the weight is the least, and from about twice the
width on it is 1. Take the mask of the fixed image. Where it ends at the edge of the image is no border.

**Limits.** The weight is the same for all directions: it lets organs slide, and lets them part as well. What
pulls them together again is the image. Direction-dependent regularization (Schmidt-Richberg and others) keeps the motion across the
border smooth. A model that smooths its field smooths across the border all the same, so keep its Gaussian narrow. A mask that is empty
or full has no border: the map is 1, with a warning.`,
    formula: String.raw`w = w_0 + (1-w_0)\,\big(1 - 2\,(G_\sigma * m)\big)^2`,
    references: [
      {
        text: 'Schmidt-Richberg, Werner, Handels, Ehrhardt: Estimation of slipping organ motion by registration with direction-dependent regularization, 2012',
        doi: '10.1016/j.media.2011.06.007',
      },
    ],
  },
  params: z.object({
    widthMm: numberParameter({
      title: 'Width',
      help: 'Standard deviation of the Gaussian on the mask: about half of how far from the border weights begin to fall.',
      unit: 'mm',
      default: 4,
      min: 0.01,
      max: 1000,
    }),
    least: numberParameter({
      title: 'Least weight',
      help: 'Weight on the border itself: 0 lets the sides move apart freely, 1 changes nothing.',
      default: 0.1,
      min: 0,
      max: 1,
    }),
  }),
  inputs: { mask: { type: 'mask', doc: 'What slides, in the fixed world: the lungs, say.' } },
  outputs: { image: { type: 'image', doc: 'Factor on an energy, from the least weight to 1.' } },
  lower(b, { mask }, { widthMm, least }, context) {
    const { grid } = mask;
    b.warn([b.intensityRange({ image: mask.mask })], noBorder);
    const sigmaVoxels = spacingMm(grid).map((edge, axis) =>
      grid.sizeVoxels[axis] === 1 ? 0 : widthMm / edge,
    );
    if (sigmaVoxels.some((one) => one > widestGaussianVoxels)) {
      context.refuse({
        parameter: 'widthMm',
        message: `The border is ${Math.max(...sigmaVoxels).toFixed(0)} voxels wide; at most ${widestGaussianVoxels} are taken.`,
        remedy: 'Lower the width: a few voxels of the mask are enough.',
      });
    }
    const soft = b.gaussian(
      { value: mask.mask },
      { sigmaVoxels, truncate, edges: 'renormalize', transposed: false },
    );
    const image = b.pointwise(
      { a: soft },
      {
        expressions: [
          ['+', least, ['*', 1 - least, ['*', ['-', 1, ['*', 2, 'a']], ['-', 1, ['*', 2, 'a']]]]],
        ],
      },
    );
    return { image: { kind: 'image', grid, channels: 1, image } };
  },
});

const noBorder: Judge = ([[lowest = 0, highest = 1] = []]) =>
  lowest < highest
    ? undefined
    : {
        about: 'mask without a border',
        port: 'mask',
        message: `The mask is ${highest > 0 ? 'full' : 'empty'}: nothing slides along anything.`,
        remedy: 'Wire the mask of an organ that ends within the image.',
      };

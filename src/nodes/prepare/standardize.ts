import { z } from 'zod';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { mapChannels } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter } from '../../runtime/api/nodes/parameters';
import { requireSameGrid } from '../shared/same-grid';

export const standardizeIntensity = defineNode({
  type: 'prepare.standardize',
  version: 1,
  title: 'Standardize intensity',
  section: 'prepare',
  synonyms: [
    'z-score',
    'whitening',
    'min-max',
    'rescale',
    'zero mean',
    'unit variance',
    'normalize',
  ],
  documentation: {
    summary: 'Brings intensities to mean 0 and deviation 1, or to the range from 0 to 1.',
    details: `*z-score* subtracts the mean and divides by the standard deviation; with a mask both are those of the voxels inside, and the whole
image is changed by them. *min-max* brings the least value to 0 and the largest to 1; a single bright voxel then squeezes all others, which
Normalize intensity avoids by percentiles. Networks often ask for one of the two.

Each channel is treated by itself. A channel that is the same everywhere becomes 0, and so does all under an empty mask. The mask has no part in
min-max.`,
    formula: String.raw`I' = \frac{I - \bar I}{\sigma_I}\quad\text{or}\quad I' = \frac{I - \min I}{\max I - \min I}`,
    references: [
      {
        text: 'Reinhold, Dewey, Carass, Prince: Evaluating the impact of intensity normalization on MR image synthesis, 2019',
        doi: '10.1117/12.2513089',
      },
    ],
  },
  params: z.object({
    to: choiceParameter({
      title: 'To',
      help: 'Mean 0 and standard deviation 1, or least 0 and largest 1.',
      choices: ['z-score', 'min-max'],
      default: 'z-score',
    }),
  }),
  inputs: {
    image: { type: 'image', doc: 'Image in any units.' },
    mask: {
      type: 'mask',
      doc: 'Where mean and deviation are taken, on the same grid.',
      optional: true,
    },
  },
  outputs: { image: { type: 'image', doc: 'The same image in units without a dimension.' } },
  lower(b, { image: { grid, channels, image }, mask }, { to }, context) {
    if (mask) requireSameGrid(context, grid, mask.grid, 'mask', 'first');
    const standardized = mapChannels(b, image, (channel) =>
      to === 'z-score'
        ? zScore(b, channel, mask?.mask)
        : b.rescale({ image: channel, range: b.intensityRange({ image: channel }) }),
    );
    return { image: { kind: 'image', grid, channels, image: standardized } };
  },
});

function zScore(b: Builder, image: ValueId, weight: ValueId | undefined): ValueId {
  const { mean, variance } = b.imageVariance({ image, weight });
  // The variance is a mean over all voxels, of which some may not count.
  const counted = weight === undefined ? b.constant([1]) : b.meanWeight({ weight }).mean;
  const deviation = b.pointwise(
    { a: variance, b: counted },
    { expressions: [['select', ['<', 0, 'b'], ['sqrt', ['/', ['max', 'a', 0], 'b']], 0]] },
  );
  // What is left of rounding where all values are equal is no deviation.
  const least = b.pointwise({ a: mean }, { expressions: [['*', 1e-6, ['abs', 'a']]] });
  return b.pointwise(
    { a: image, b: mean, c: deviation, d: least },
    { expressions: [['select', ['<', 'd', 'c'], ['/', ['-', 'a', 'b'], 'c'], 0]] },
  );
}

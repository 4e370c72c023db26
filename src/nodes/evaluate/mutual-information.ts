import { z } from 'zod';
import { firstChannel } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { flagParameter, integerParameter } from '../../runtime/api/nodes/parameters';
import { requireSameGrid } from '../shared/same-grid';

/** In the order of the ops' reports. */
const ofImages = ['mi', 'nmi', 'entropyFixed', 'entropyWarped', 'entropyJoint'] as const;
const ofLabels = [
  'labels.mi',
  'labels.nmi',
  'labels.entropyImage',
  'labels.entropyLabels',
] as const;

export const evaluateMutualInformation = defineNode({
  type: 'evaluate.mutual-information',
  version: 1,
  title: 'Measure mutual information',
  section: 'evaluate',
  synonyms: ['MI', 'NMI', 'entropy', 'multimodal', 'nats', 'quality', 'metric'],
  documentation: {
    summary: 'How much one image tells about the other, and an image about its labels, in nats.',
    details: `Reports \`information.mi\`, the mutual information of the two images, \`information.nmi\`, normalized (1: they share nothing, 2: each
tells the other), and the entropies. It serves images of unlike contrast, where differences and correlation say
nothing.

With labels on the same grid wired, \`information.labels.mi\` tells how much the fixed image says about its labels: how many of the
borders that Dice is measured on can be seen in the image at all. It bounds what a registration by intensities can reach.

All is estimated from histograms of bins of equal width, without smoothing; the numbers depend on how many there are and how
much of the images is background, so compare only what was measured alike. Two constant images share 0 nats, with a ratio of 1,
and so do images under an empty mask. Of images of several channels the first is looked at.`,
    formula: String.raw`I(F;W) = H(F) + H(W) - H(F,W),\qquad \mathrm{NMI} = \frac{H(F)+H(W)}{H(F,W)}`,
    references: [
      {
        text: 'Studholme, Hill, Hawkes: An overlap invariant entropy measure of 3D medical image alignment, 1999',
        doi: '10.1016/S0031-3203(98)00091-0',
      },
    ],
  },
  params: z.object({
    bins: integerParameter({
      title: 'Bins',
      help: 'Bins of an intensity: more see finer contrasts, and find more information by chance.',
      default: 64,
      min: 2,
      max: 1024,
    }),
    background: flagParameter({
      title: 'Count the background',
      help: 'Whether voxels without a label count for the information about labels.',
      default: true,
    }),
  }),
  inputs: {
    fixed: { type: 'image', doc: 'The fixed image.' },
    warped: { type: 'image', doc: 'The warped image, on the same grid.' },
    mask: { type: 'mask', doc: 'Where the images are compared, on the same grid.', optional: true },
    labels: { type: 'labels', doc: 'Labels of the fixed image, on its grid.', optional: true },
  },
  outputs: {
    table: { type: 'table', doc: 'Information that is shared, its ratio, and entropies, nats.' },
  },
  lower(b, { fixed, warped, mask, labels }, { bins, background }, context) {
    requireSameGrid(context, fixed.grid, warped.grid, 'warped');
    const first = firstChannel(b, fixed);
    if (mask) requireSameGrid(context, fixed.grid, mask.grid, 'mask');
    const images = b.informationReport(
      { first, second: firstChannel(b, warped), weight: mask?.mask },
      { bins },
    );
    const rows = ofImages.map((name, index) => ({
      name: `information.${name}`,
      scalars: images,
      index,
    }));
    if (!labels) return { table: { kind: 'table', rows } };
    requireSameGrid(context, fixed.grid, labels.grid, 'labels');
    const scalars = b.labelInformationReport(
      { image: first, labels: labels.labels },
      { bins, labelCount: labels.ids.length, background },
    );
    const more = ofLabels.map((name, index) => ({ name: `information.${name}`, scalars, index }));
    return { table: { kind: 'table', rows: [...rows, ...more] } };
  },
});

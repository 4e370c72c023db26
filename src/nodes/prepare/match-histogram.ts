import { z } from 'zod';
import { channelOf, mapChannels } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { flagParameter, integerParameter } from '../../runtime/api/nodes/parameters';
import { requireSameChannels } from '../shared/same-grid';

export const matchHistogramNode = defineNode({
  type: 'prepare.match-histogram',
  version: 1,
  title: 'Match histogram',
  section: 'prepare',
  synonyms: [
    'histogram matching',
    'Nyúl',
    'quantile',
    'HistogramMatching',
    'equalize',
    'intensity',
  ],
  documentation: {
    summary: 'Gives an image the distribution of intensities that a reference has.',
    details: `Quantiles of the image are brought to those of the reference, with straight lines between them, as ITK does: of a histogram of 1024 bins, at 7
points, over what is brighter than each image's mean, so that the amount of background does not matter. What is darker is mapped by one
line. Order stays: what was brighter stays so, or becomes equal.

Do it to the moving image, with the fixed one as the reference, before squared differences or demons on two scans of **one contrast**. For
unlike contrasts it is wrong: a dark tissue cannot become a bright one; take mutual information or local correlation. It also hides real differences,
as of a large lesion, so do not match what you want to measure.

Each channel is matched with its partner. An image that is the same everywhere stays as it is; a reference that is makes all of the image
so. The reference may lie on any grid.`,
    references: [
      {
        text: 'Nyúl, Udupa, Zhang: New variants of a method of MRI scale standardization, 2000',
        doi: '10.1109/42.836373',
      },
    ],
  },
  params: z.object({
    bins: integerParameter({
      title: 'Bins',
      help: 'Bins of the histograms; fewer make quantiles coarser.',
      default: 1024,
      min: 16,
      max: 65_536,
      advanced: true,
    }),
    points: integerParameter({
      title: 'Points',
      help: 'Quantiles that are matched; more follow the reference closer, and its noise.',
      default: 7,
      min: 1,
      max: 100,
    }),
    aboveMean: flagParameter({
      title: 'Above the mean',
      help: 'Takes quantiles of what is brighter than the mean alone, to leave background out.',
      default: true,
    }),
  }),
  inputs: {
    image: { type: 'image', doc: 'Image to be changed.' },
    reference: { type: 'image', doc: 'Image whose intensities it is to have.' },
  },
  outputs: { image: { type: 'image', doc: 'The image in the intensities of the reference.' } },
  lower(b, { image, reference }, params, context) {
    requireSameChannels(context, image, reference, 'reference');
    const { grid, channels } = image;
    const matched = mapChannels(b, image.image, (channel, at) =>
      b.matchHistogram({ image: channel, reference: channelOf(b, reference.image, at) }, params),
    );
    return { image: { kind: 'image', grid, channels, image: matched } };
  },
});

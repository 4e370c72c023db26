import { z } from 'zod';
import { mapChannels } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';

export const normalizeIntensity = defineNode({
  type: 'prepare.normalize-intensity',
  version: 1,
  title: 'Normalize intensity',
  section: 'prepare',
  synonyms: ['percentile', 'rescale', 'winsorize', 'clip', 'window', 'quantile', 'standardize'],
  documentation: {
    summary: 'Brings intensities to the range from 0 to 1, cutting off the rarest at both ends.',
    details: `The darkest and the brightest voxels (a vessel, a metal artefact) say little about the
rest and would squeeze it into a corner of the range. The two percentiles are taken over all finite
voxels, exactly; what lies beyond them becomes 0 or 1. Where both are the same number, as in an image
that is empty but for a few voxels, the least and the largest value take their place; an image that is
the same everywhere becomes 0.

A value that a scanner or a tool wrote where it had no data (−3024 around the circle that a CT scanner
sees) has no part in the percentiles and becomes 0, like what is darkest. It is known by being the lowest, by
filling a fiftieth of the image or more, by lying far below all others, and by a second background that it
meets at the border; zero around a brain is no such value.

Each channel has percentiles of its own, so that all come to the same range; the colours of a picture change
by it.

Do this to both images before any similarity: the objectives' small constants are meant for
intensities between 0 and 1. It neither removes a bias field (Even intensity does, before) nor
makes two contrasts alike.`,
    formula: String.raw`I'(x) = \min\Big(1, \max\Big(0, \frac{I(x) - q_{\text{lower}}}
{q_{\text{upper}} - q_{\text{lower}}}\Big)\Big)`,
    references: [
      {
        text: 'Nyúl, Udupa, Zhang: New variants of a method of MRI scale standardization, 2000',
        doi: '10.1109/42.836373',
      },
    ],
  },
  params: z.object({
    lowerPercent: numberParameter({
      title: 'Lower percentile',
      help: 'Share of the voxels that become 0.',
      unit: '%',
      default: 0.1,
      min: 0,
      max: 49,
    }),
    upperPercent: numberParameter({
      title: 'Upper percentile',
      help: 'Share of the voxels that stay below 1.',
      unit: '%',
      default: 99.9,
      min: 51,
      max: 100,
    }),
  }),
  inputs: { image: { type: 'image', doc: 'Image in any units.' } },
  outputs: { image: { type: 'image', doc: 'The same image between 0 and 1.' } },
  lower(b, { image: { grid, channels, image } }, { lowerPercent, upperPercent }) {
    const shares = { lower: lowerPercent / 100, upper: upperPercent / 100 };
    const normalized = mapChannels(b, image, (channel) =>
      b.rescale({ image: channel, range: b.quantiles({ image: channel }, shares) }),
    );
    return { image: { kind: 'image', grid, channels, image: normalized } };
  },
});

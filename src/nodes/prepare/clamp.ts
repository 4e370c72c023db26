import { z } from 'zod';
import { mapChannels } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter, numberParameter } from '../../runtime/api/nodes/parameters';

export const clampIntensity = defineNode({
  type: 'prepare.clamp',
  version: 1,
  title: 'Clamp intensity',
  section: 'prepare',
  synonyms: [
    'winsorize',
    'truncate',
    'clip',
    'window',
    'outliers',
    'Hounsfield',
    'TruncateImageIntensity',
  ],
  documentation: {
    summary: 'Cuts intensities off below and above, at shares of the voxels or at set values.',
    details: `What lies beyond becomes the bound; all other numbers stay, in the units of the image. *Quantiles* are taken over all finite voxels, exactly;
0.5 % and 99.5 % are what ANTs winsorizes at. A value that stands for no data has no part in them. *Values* suit units that mean something: −1000
to 400 for a lung or −160 to 240 for soft tissue in CT.

A few voxels of metal or of a bright vessel rule squared differences and squeeze the bins of a histogram. Normalize intensity cuts off and brings to the
range from 0 to 1 in one; clamp where the units must stay. Each channel has quantiles of its own. An image that is the same
everywhere stays as it is; where the lower value is above the upper one, the node refuses.`,
    formula: String.raw`I'(x) = \min\big(h, \max(l, I(x))\big)`,
    references: [
      {
        text: 'Avants et al.: A reproducible evaluation of ANTs similarity metric performance in brain image registration, 2011',
        doi: '10.1016/j.neuroimage.2010.09.025',
      },
    ],
  },
  params: z.object({
    by: choiceParameter({
      title: 'Bounds',
      help: 'Shares of the voxels, or values in the units of the image.',
      choices: ['quantiles', 'values'],
      default: 'quantiles',
    }),
    lowerPercent: numberParameter({
      title: 'Lower percentile',
      help: 'Share of the voxels that are cut off below; more takes more of the dark ones.',
      unit: '%',
      default: 0.5,
      min: 0,
      max: 49,
    }),
    upperPercent: numberParameter({
      title: 'Upper percentile',
      help: 'Share of the voxels that lie below the upper bound; less takes more of the bright ones.',
      unit: '%',
      default: 99.5,
      min: 51,
      max: 100,
    }),
    lowest: numberParameter({
      title: 'Lowest value',
      help: 'Lower bound in the units of the image, where "values" is chosen.',
      default: -1000,
      min: -1e9,
      max: 1e9,
    }),
    highest: numberParameter({
      title: 'Highest value',
      help: 'Upper bound in the units of the image, where "values" is chosen.',
      default: 1000,
      min: -1e9,
      max: 1e9,
    }),
  }),
  inputs: { image: { type: 'image', doc: 'Image in any units.' } },
  outputs: { image: { type: 'image', doc: 'The same image within the bounds.' } },
  lower(b, { image: { grid, channels, image } }, params, context) {
    const { by, lowerPercent, upperPercent, lowest, highest } = params;
    if (by === 'values' && lowest > highest) {
      context.refuse({
        parameter: 'lowest',
        message: `The lowest value, ${lowest}, is above the highest one, ${highest}.`,
        remedy: 'Exchange them.',
      });
    }
    const shares = { lower: lowerPercent / 100, upper: upperPercent / 100 };
    const clamped = mapChannels(b, image, (channel) =>
      b.pointwise(
        {
          a: channel,
          b:
            by === 'values'
              ? b.constant([lowest, highest])
              : b.quantiles({ image: channel }, shares),
        },
        { expressions: [['min', 'b.1', ['max', 'b.0', 'a']]] },
      ),
    );
    return { image: { kind: 'image', grid, channels, image: clamped } };
  },
});

import { z } from 'zod';
import { firstChannel } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter, integerParameter } from '../../runtime/api/nodes/parameters';

/** Ends of the histogram: a few extreme voxels must not empty its bins. */
const shares = { lower: 0.001, upper: 0.999 } as const;

export const foregroundMask = defineNode({
  type: 'prepare.foreground-mask',
  version: 1,
  title: 'Foreground mask',
  section: 'prepare',
  synonyms: [
    'Otsu',
    'threshold',
    'background',
    'segmentation',
    'head mask',
    'body mask',
    'binarize',
  ],
  documentation: {
    summary: 'Parts an image into foreground and background by a threshold, and gives a mask.',
    details: `Otsu's threshold: of all, the one that leaves the two classes most alike within themselves. The histogram reaches from the
0.1st to the 99.9th percentile, so that a few extreme voxels do not matter. The table has \`foreground.threshold\`, in the units of the image,
and \`foreground.percent\`, the share of the voxels inside.

It suits a bright body in dark air. It is no brain extraction, leaves holes where tissue is dark, and cuts through tissue where contrasts are
strong: look at the mask. Wire it to *fixed mask* or *moving mask* of Register, or to measures. An image that is the same
everywhere has no foreground and is refused. Of several channels the first is looked at.`,
    formula: String.raw`t = \arg\max_t\; n_0(t)\,n_1(t)\,\big(\mu_0(t) - \mu_1(t)\big)^2`,
    references: [
      {
        text: 'Otsu: A threshold selection method from gray-level histograms, 1979',
        doi: '10.1109/TSMC.1979.4310076',
      },
    ],
  },
  params: z.object({
    foreground: choiceParameter({
      title: 'Foreground',
      help: 'Whether what is brighter than the threshold is inside, or what is darker.',
      choices: ['bright', 'dark'],
      default: 'bright',
    }),
    bins: integerParameter({
      title: 'Bins',
      help: 'Bins of the histogram; more place the threshold finer.',
      default: 256,
      min: 8,
      max: 4096,
      advanced: true,
    }),
  }),
  inputs: { image: { type: 'image', doc: 'Image in any units.' } },
  outputs: {
    mask: { type: 'mask', doc: 'The foreground: 1 inside, 0 elsewhere.' },
    table: { type: 'table', doc: 'The threshold, and the share of the voxels inside.' },
  },
  lower(b, image, { foreground, bins }) {
    const one = firstChannel(b, image.image);
    const range = b.quantiles({ image: one }, shares);
    b.check(range, {
      port: 'image',
      message: 'The image is the same everywhere: it has no foreground.',
      remedy: 'Look at what is wired; it may be empty, or a mask that is full.',
    });
    const threshold = b.otsuThreshold({ image: one, range }, { bins });
    const isInside: readonly ['<', string, string] =
      foreground === 'bright' ? ['<', 'b', 'a'] : ['<', 'a', 'b'];
    const mask = b.pointwise(
      { a: one, b: threshold },
      { expressions: [['select', isInside, 1, 0]] },
    );
    const percent = b.scale({ value: b.meanWeight({ weight: mask }).mean }, { factor: 100 });
    return {
      mask: { kind: 'mask', grid: image.image.grid, mask },
      table: {
        kind: 'table',
        rows: [
          { name: 'foreground.threshold', scalars: threshold, index: 0 },
          { name: 'foreground.percent', scalars: percent, index: 0 },
        ],
      },
    };
  },
});

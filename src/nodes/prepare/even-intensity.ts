import { z } from 'zod';
import type { ValueId } from '../../runtime/api/nodes/builder';
import { channelOf, joinChannels, splitChannels } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import { requireSameChannels } from '../shared/same-grid';

const reported = [
  'fixedFold',
  'fixedAgreement',
  'movingFold',
  'movingAgreement',
  'takenOutPercent',
] as const;

export const evenIntensity = defineNode({
  type: 'prepare.even-intensity',
  version: 1,
  title: 'Even intensity',
  section: 'prepare',
  synonyms: [
    'bias field',
    'inhomogeneity',
    'shading',
    'coil',
    'N3',
    'N4',
    'homomorphic',
    'uniformity',
  ],
  documentation: {
    summary: 'Takes strong shading out of a pair of images; leaves others exactly as they are.',
    details: `A coil brightens what is near it. What compares the brightness of whole images, as mutual
information does, takes that for motion: where one image darkens fourfold across a head, an affine stage ends
3 mm off; made even before, 0.3 mm.

Of each image the **slope** is found: how its log brightness changes along a line, at a few thousand points
that stand out of the background, so that the histogram is sharpest without it. The slope is believed where each half of
the image, cut along each axis, tells much the same, which shading does and anatomy does not. Where either image is
shaded by more than the least change, the slopes of **both** are taken out: what is anatomy in them is then missing
in both. Where neither is, both leave as they came, bit for bit. A little beyond the least change only a share is taken out,
so that nothing hangs on the last digit. Of
an image that is full to its border more is asked (up to 1.3 times): what is cut off at one end passes for shading.

Wire the loaded images here, and what comes out to Start and to Normalize intensity. What is warped in the end is the loaded
image. Brightness is thought of as a product: an image with numbers well below zero, such as CT, stays as it is. A
shading that is brightest in the middle or at the rim is not taken out, only its slope; local correlation
withstands it.

Of images of several channels each channel is evened with its partner: a coil shades each scan in its own way.
The rows are then \`even.channel.0.fixedFold\` and so on.

The table has \`even.fixedFold\` and \`even.movingFold\` (brightness changes by this factor across what the image
shows), \`even.fixedAgreement\` and \`even.movingAgreement\` (what parts of the image have of it at the least, 1 at best; 0
where the fold is too small to ask), and \`even.takenOutPercent\`.`,
    formula: String.raw`\hat s = \arg\min_s H\big(\log I(x) - s \cdot x\big),\qquad
I'(x) = I(x)\, e^{-\hat s \cdot (x - \bar x)}`,
    references: [
      {
        text: 'Likar, Viergever, Pernuš: Retrospective correction of MR intensity inhomogeneity by information minimization, 2001',
        doi: '10.1109/42.974934',
      },
      {
        text: 'Sled, Zijdenbos, Evans: A nonparametric method for automatic correction of intensity nonuniformity in MRI data, 1998',
        doi: '10.1109/42.668698',
      },
    ],
  },
  params: z.object({
    leastFold: numberParameter({
      title: 'Least change',
      help: 'Factor between the ends of what an image shows up to which it is left as it is; lower it to even out weaker shading too.',
      unit: '×',
      default: 1.4,
      min: 1.05,
      max: 100,
    }),
  }),
  inputs: {
    fixed: { type: 'image', doc: 'Image that stays, as it was loaded.' },
    moving: { type: 'image', doc: 'Image that is to be brought onto it, as it was loaded.' },
  },
  outputs: {
    fixed: { type: 'image', doc: 'The fixed image without shading.' },
    moving: { type: 'image', doc: 'The moving image without shading.' },
    table: { type: 'table', doc: 'How much each image is shaded, and what was taken out.' },
  },
  lower(b, { fixed, moving }, { leastFold }, context) {
    requireSameChannels(context, fixed, moving, 'moving');
    const pairs = splitChannels(b, fixed.image).map((channel, index) =>
      b.evenIntensity({ fixed: channel, moving: channelOf(b, moving.image, index) }, { leastFold }),
    );
    const joined = (planes: readonly ValueId[]) =>
      joinChannels(b, planes as [ValueId, ...ValueId[]]);
    const { grid, channels } = fixed;
    return {
      fixed: { kind: 'image', grid, channels, image: joined(pairs.map((p) => p.evenFixed)) },
      moving: {
        kind: 'image',
        grid: moving.grid,
        channels,
        image: joined(pairs.map((p) => p.evenMoving)),
      },
      table: {
        kind: 'table',
        rows: pairs.flatMap(({ report }, channel) => {
          const prefix = channels === 1 ? 'even' : `even.channel.${channel}`;
          return reported.map((name, index) => ({
            name: `${prefix}.${name}`,
            scalars: report,
            index,
          }));
        }),
      },
    };
  },
});

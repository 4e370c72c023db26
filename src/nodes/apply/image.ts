import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter } from '../../runtime/api/nodes/parameters';
import { outsideParameters, warpImage } from '../registration/outside';

export const applyToImage = defineNode({
  type: 'apply.image',
  version: 1,
  title: 'Transform image',
  section: 'apply',
  synonyms: ['warp', 'resample', 'apply transform', 'reslice', 'interpolate'],
  documentation: {
    summary: 'Reads an image through a transform, on the grid of the fixed image.',
    details: `Brings any image of the moving person along: another contrast, or the original
intensities after a registration that was made on normalized ones. The image is interpolated once,
however many stages the transform was built from. What stands where it leads out of the image is a
choice: by default the lowest value of the image, which is air (−1000 in CT, mostly 0 in MR).

All channels of an image go along, each with a lowest value of its own.

Labels have a node of their own: an average of two labels is a third one.`,
    formula: String.raw`W(x) = M\big(A\,(x + u(x))\big)`,
  },
  params: z.object({
    interpolation: choiceParameter({
      title: 'Interpolation',
      help: 'Linear is smooth; nearest keeps the original numbers.',
      choices: ['linear', 'nearest'],
      default: 'linear',
    }),
    ...outsideParameters(),
  }),
  inputs: {
    image: { type: 'image', doc: 'Image in the moving world.' },
    transform: { type: 'transform', doc: 'From the fixed to the moving world.' },
  },
  outputs: { image: { type: 'image', doc: 'Image on the fixed grid.' } },
  lower(b, { image, transform }, params) {
    const { affine, displacement, grid } = transform;
    const map = { affine, ...(displacement === undefined ? {} : { displacement }) };
    const warped = warpImage(b, image, map, grid, params);
    return { image: { kind: 'image', grid, channels: image.channels, image: warped } };
  },
});

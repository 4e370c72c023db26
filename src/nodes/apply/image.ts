import { z } from 'zod';
import { gridAttributes } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter } from '../../runtime/api/nodes/parameters';

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
however many stages the transform was built from. Outside the image the result is 0.

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
  }),
  inputs: {
    image: { type: 'image', doc: 'Image in the moving world.' },
    transform: { type: 'transform', doc: 'From the fixed to the moving world.' },
  },
  outputs: { image: { type: 'image', doc: 'Image on the fixed grid.' } },
  lower(b, { image, transform }, { interpolation }) {
    const { affine, displacement, grid } = transform;
    const warped = b.sample(
      { source: image.image, affine, displacement },
      { ...gridAttributes(grid), interpolation, outside: 'cut' },
    );
    return { image: { kind: 'image', grid, image: warped } };
  },
});

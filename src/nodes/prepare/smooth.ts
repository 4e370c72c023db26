import { z } from 'zod';
import { spacingMm } from '../../imaging/grid';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { refuseWideGaussian } from '../shared/wide-gaussian';

const truncate = 3;

export const smoothImage = defineNode({
  type: 'prepare.smooth',
  version: 1,
  title: 'Smooth',
  section: 'prepare',
  synonyms: ['Gaussian', 'blur', 'denoise', 'low-pass', 'FWHM', 'filter'],
  documentation: {
    summary: 'Smooths an image by a Gaussian, of a width in mm or in voxels.',
    details: `In mm the Gaussian is round in the body, whatever the voxels; in voxels it follows them. The full width at half of its height is 2.355
times its standard deviation. It ends at three standard deviations, and at the edge of the image goes on with what
is left of it, so that an image that is the same everywhere stays as it is. An axis of one voxel is left alone.

Register smooths at every level of its pyramid by itself. Smooth before for noise that mutual information of small structures suffers from, or to
bring two images to one sharpness. It takes detail with the noise.`,
    formula: String.raw`I'(x) = \sum_y G_\sigma(x-y)\,I(y)`,
  },
  params: z.object({
    sigma: numberParameter({
      title: 'Width',
      help: 'Standard deviation of the Gaussian, in the unit below; 0 leaves the image as it is.',
      default: 1,
      min: 0,
      max: 100,
    }),
    unit: choiceParameter({
      title: 'Unit',
      help: 'Millimetres are alike in all directions; voxels follow the grid.',
      choices: ['mm', 'voxels'],
      default: 'mm',
    }),
  }),
  inputs: { image: { type: 'image', doc: 'Any image.' } },
  outputs: { image: { type: 'image', doc: 'The smoothed image, each channel by itself.' } },
  lower(b, { image }, { sigma, unit }, context) {
    const { grid, channels } = image;
    const sigmaVoxels = spacingMm(grid).map((edge, axis) =>
      grid.sizeVoxels[axis] === 1 ? 0 : unit === 'mm' ? sigma / edge : sigma,
    );
    refuseWideGaussian(sigmaVoxels, 'sigma', context);
    const value = b.gaussian(
      { value: image.image },
      { sigmaVoxels, truncate, edges: 'renormalize', transposed: false },
    );
    return { image: { kind: 'image', grid, channels, image: value } };
  },
});

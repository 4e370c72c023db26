import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter, flagParameter } from '../../runtime/api/nodes/parameters';
import { outsideParameters, warpImage } from '../registration/outside';
import { smoothingFor } from '../shared/new-grids';
import { spacingParameters, wantedGrid } from '../shared/resample-parameters';

/** Of the new spacing, as in the pyramid. */
const smoothPerSpacing = 0.5;
const truncate = 2;
/** So many times coarser in one step at the most: taps of the Gaussian end there. */
const mostCoarser = 200;

export const resampleImage = defineNode({
  type: 'prepare.resample',
  version: 1,
  title: 'Resample image',
  section: 'prepare',
  synonyms: [
    'spacing',
    'voxel size',
    'isotropic',
    'downsample',
    'upsample',
    'regrid',
    'ResampleImage',
  ],
  documentation: {
    summary: 'Brings an image to voxels of another size, or to the grid of another image.',
    details: `Without a reference the middle of the image stays where it is, its axes too, and voxels have exactly the edges that are asked for; so
many are made as fill the field best. With a *reference* the image is read at the voxels of that one where both lie in the world,
without any transform; to read it through one take Transform image.

Where the new voxels are larger, the image is first smoothed by a Gaussian of half their size along each axis, or fine detail would show as
false coarse one; switch *Smooth first* off for images that must keep their numbers. An axis of one voxel stays as it is.

Register makes its own pyramid: resample to save time and memory on images that are finer than needed, to bring
contrasts onto one grid, or to make thick slices isotropic. Each time an image is interpolated it is blurred a little. All
channels go along. Labels have a node of their own.`,
    references: [
      {
        text: 'Meijering: A chronology of interpolation: from ancient astronomy to modern signal and image processing, 2002',
        doi: '10.1109/5.993400',
      },
    ],
  },
  params: z.object({
    ...spacingParameters(),
    interpolation: choiceParameter({
      title: 'Interpolation',
      help: 'Linear is smooth; nearest keeps the original numbers.',
      choices: ['linear', 'nearest'],
      default: 'linear',
    }),
    smoothFirst: flagParameter({
      title: 'Smooth first',
      help: 'Smooths along the axes that become coarser, so that no detail is folded into false one.',
      default: true,
    }),
    ...outsideParameters(),
  }),
  inputs: {
    image: { type: 'image', doc: 'Any image.' },
    reference: { type: 'image', doc: 'Whose grid is taken, if wired.', optional: true },
  },
  outputs: { image: { type: 'image', doc: 'The image on the new grid.' } },
  lower(b, { image, reference }, params, context) {
    const grid = wantedGrid(context, image.grid, reference, params);
    const sigmaVoxels = smoothingFor(image.grid, grid, smoothPerSpacing);
    const smooths = params.smoothFirst && params.interpolation === 'linear';
    if (smooths && sigmaVoxels.some((sigma) => sigma > smoothPerSpacing * mostCoarser)) {
      return context.refuse({
        port: 'image',
        message: `The new voxels are more than ${mostCoarser} times larger than the old ones.`,
        remedy: 'Resample in two steps, or switch Smooth first off.',
      });
    }
    const isSmoothed = smooths && sigmaVoxels.some((sigma) => sigma > 0);
    const source = isSmoothed
      ? b.gaussian(
          { value: image.image },
          { sigmaVoxels, truncate, edges: 'renormalize', transposed: false },
        )
      : image.image;
    // With no reference the outermost voxels may end a little beyond the image, never far.
    const outside = reference ? params : { ...params, outside: 'edge' as const };
    const value = warpImage(b, { image: source, grid: image.grid }, {}, grid, outside);
    return { image: { kind: 'image', grid, channels: image.channels, image: value } };
  },
});

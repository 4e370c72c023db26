import { z } from 'zod';
import type { Vec3 } from '../../imaging/frames';
import { spacingMm } from '../../imaging/grid';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { outsideParameters, warpImage } from '../registration/outside';
import { gridPadded } from '../shared/new-grids';
import { requireFewVoxels } from '../shared/resample-parameters';

const ends = (axis: string) =>
  (['before', 'after'] as const).map((end) =>
    numberParameter({
      title: `${axis.toUpperCase()} ${end}`,
      help: `What is added ${end === 'before' ? 'before the first' : 'after the last'} voxel along the image's ${axis} axis; below 0 it is cut off.`,
      default: 0,
      min: -10_000,
      max: 10_000,
    }),
  ) as [ReturnType<typeof numberParameter>, ReturnType<typeof numberParameter>];

const [xBefore, xAfter] = ends('x');
const [yBefore, yAfter] = ends('y');
const [zBefore, zAfter] = ends('z');

export const cropOrPad = defineNode({
  type: 'prepare.crop-pad',
  version: 1,
  title: 'Crop or pad',
  section: 'prepare',
  synonyms: ['margin', 'field of view', 'extend', 'trim', 'cut', 'border', 'FOV', 'neck'],
  documentation: {
    summary: 'Cuts voxels off the ends of an image, or adds some, without moving the rest.',
    details: `Each end of each axis has a number: above 0 so much is added there, below 0 cut off. Axes are those of the voxels as the file stores
them, x the one that runs fastest; Reorient brings them along the body first. In mm, lengths are rounded to whole
voxels. What remains keeps its numbers and its place in the world, so that transforms found on it hold for the whole image.

Cut off what would lead a registration astray: a neck that one image shows and the other does not, couches, empty halves. Add a
margin where a result must not end at the edge. What is added holds the lowest value, the edge going on, or a set value. A slice
cannot be made thicker: along an axis of one voxel nothing is added.`,
  },
  params: z.object({
    unit: choiceParameter({
      title: 'Unit',
      help: 'What the numbers count: voxels, or millimetres to the nearest voxel.',
      choices: ['voxels', 'mm'],
      default: 'voxels',
    }),
    xBefore,
    xAfter,
    yBefore,
    yAfter,
    zBefore,
    zAfter,
    ...outsideParameters(),
  }),
  inputs: { image: { type: 'image', doc: 'Any image.' } },
  outputs: { image: { type: 'image', doc: 'The image on the smaller or larger field.' } },
  lower(b, { image }, params, context) {
    const { unit, outside, outsideValue } = params;
    const spacing = spacingMm(image.grid);
    const voxels = (...lengths: readonly number[]) =>
      lengths.map(
        (length, axis) =>
          // Zero has one sign, or equal grids would be told apart.
          Math.round(length / (unit === 'mm' ? (spacing[axis] ?? 1) : 1)) + 0,
      ) as unknown as Vec3;
    const before = voxels(params.xBefore, params.yBefore, params.zBefore);
    const after = voxels(params.xAfter, params.yAfter, params.zAfter);
    const grid = gridPadded(image.grid, before, after);
    for (const [axis, name] of (['x', 'y', 'z'] as const).entries()) {
      const [old, left] = [image.grid.sizeVoxels[axis] ?? 1, grid.sizeVoxels[axis] ?? 1];
      if (left < 1) {
        return context.refuse({
          parameter: `${name}Before`,
          message: `Along ${name} all ${old} voxels would be cut off.`,
          remedy: 'Cut off less at either end.',
        });
      }
      if (old === 1 && (before[axis] !== 0 || after[axis] !== 0)) {
        return context.refuse({
          parameter: before[axis] === 0 ? `${name}After` : `${name}Before`,
          message: `Along ${name} the image is one slice, which cannot be made thicker.`,
          remedy: 'Leave both ends of this axis at 0.',
        });
      }
    }
    requireFewVoxels(context, grid, 'xAfter');
    const options = { outside, outsideValue, interpolation: 'nearest' as const };
    const value = warpImage(b, image, {}, grid, options);
    return { image: { kind: 'image', grid, channels: image.channels, image: value } };
  },
});

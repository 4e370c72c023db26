import { z } from 'zod';
import { identityMatrix } from '../../imaging/frames';
import type { Builder, Expression, ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter, integerParameter } from '../../runtime/api/nodes/parameters';
import { warpImage } from '../registration/outside';

const axesOf = { 'x and y': [0, 1], 'x and z': [0, 2], 'y and z': [1, 2], all: [0, 1, 2] } as const;

export const deformationGrid = defineNode({
  type: 'view.deformation-grid',
  version: 1,
  title: 'Deformation grid',
  section: 'view',
  synonyms: ['warped grid', 'grid lines', 'mesh', 'CreateWarpedGridImage', 'deformation'],
  documentation: {
    summary: 'Straight grid lines, bent as the transform bends the moving image.',
    details: `Lines are drawn across the moving image, the affine taken off, and read through the field as the image is: where they bulge the
image was stretched, where they crowd it was squeezed, and where they cross themselves the field folds. Lay the result over the fixed or the warped image.

Choose the axes that lie in the planes that you look at: a line along one axis is a plane across the others, and fills a picture that lies in it. Lines
are a voxel wide; cells of about 6 to 10 voxels show most.

An affine alone bends nothing and is refused.`,
  },
  params: z.object({
    cellVoxels: integerParameter({
      title: 'Cell',
      help: 'From one line to the next.',
      unit: 'voxels',
      default: 8,
      min: 2,
      max: 256,
    }),
    across: choiceParameter({
      title: 'Lines across',
      help: 'The axes of the grid that lines are drawn across.',
      choices: ['x and y', 'x and z', 'y and z', 'all'],
      default: 'x and y',
    }),
  }),
  inputs: { transform: { type: 'transform', doc: 'Transform of a deformable stage.' } },
  outputs: {
    image: { type: 'image', doc: 'One on a line, zero between, on the grid of the transform.' },
  },
  lower(b, { transform: { displacement, grid } }, { cellVoxels, across }, context) {
    if (displacement === undefined) {
      return context.refuse({
        port: 'transform',
        message: 'This transform is an affine: it bends no lines.',
        remedy: 'Wire the transform of a deformable stage.',
      });
    }
    const straight = lines(b, displacement, grid.worldFromVoxel, cellVoxels, axesOf[across]);
    const map = { affine: b.constant([...identityMatrix]), displacement };
    const options = { interpolation: 'linear', outside: 'value', outsideValue: 0 } as const;
    const image = warpImage(b, { image: straight, grid }, map, grid, options);
    return { image: { kind: 'image', grid, channels: 1, image } };
  },
});

/** 1 where a cell of a checkerboard ends along one of the axes, 0 elsewhere. */
function lines(
  b: Builder,
  like: ValueId,
  worldFromVoxel: readonly number[],
  cellVoxels: number,
  axes: readonly number[],
): ValueId {
  const none = b.zeros({ like }, { channels: 1 });
  const full = b.pointwise({ a: none }, { expressions: [['+', 'a', 1]] });
  const cells = b.checkerboard({ a: none, b: full }, { sizeVoxels: cellVoxels });
  const slope = b.fieldDerivatives({ field: cells }, { order: 1, scheme: 'forward' });
  // From one voxel to the next along an axis of the grid: 1 where a cell ends.
  const ends = axes.map((axis): Expression => {
    const along = (row: number): Expression => [
      '*',
      worldFromVoxel[4 * row + axis] ?? 0,
      `a.${row}`,
    ];
    const change: Expression = ['+', ['+', along(0), along(1)], along(2)];
    return ['select', ['<', 0.5, ['*', change, change]], 1, 0];
  });
  const isLine = ends.reduce((one, other): Expression => ['max', one, other]);
  return b.pointwise({ a: slope }, { expressions: [isLine] });
}

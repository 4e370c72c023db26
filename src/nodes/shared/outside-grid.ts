import { type Grid, voxelFromWorld } from '../../imaging/grid';
import type { Builder, Expression, Judge, ValueId } from '../../runtime/api/nodes/builder';

/** For each point of the world, mm: 1 where it lies beyond half a voxel from all voxels of a grid, else 0. */
export function outsideGrid(b: Builder, points: ValueId, grid: Grid): ValueId {
  const matrix = voxelFromWorld(grid);
  const isWithin = grid.sizeVoxels.map((voxels, axis): Expression => {
    const [x, y, z, offset] = matrix.slice(4 * axis, 4 * axis + 4) as [
      number,
      number,
      number,
      number,
    ];
    const fromMiddle: Expression = [
      '+',
      ['+', ['+', ['*', x, 'a.0'], ['*', y, 'a.1']], ['*', z, 'a.2']],
      offset - (voxels - 1) / 2,
    ];
    // A thousandth of a voxel for what rounding does to points on the face itself.
    return ['<=', ['abs', fromMiddle], voxels / 2 + 0.001];
  });
  const outside = isWithin.reduceRight<Expression>(
    (otherwise, within) => ['select', within, otherwise, 1],
    0,
  );
  return b.pointwise({ a: points }, { expressions: [outside] });
}

/** Says which landmarks lie outside, of the numbers of `outsideGrid`. */
export function landmarksOutside(names: readonly string[], port: string): Judge {
  return ([flags = []]) => {
    const outside = names.filter((_, index) => flags[index] === 1);
    if (outside.length === 0) return undefined;
    const some = outside.slice(0, 3).map((name) => `“${name}”`);
    const more = outside.length > some.length ? ' and others' : '';
    return {
      about: 'landmarks-outside',
      port,
      message: `${outside.length} of ${names.length} fixed landmarks lie outside the fixed image (${some.join(', ')}${more}): there the transform is not known, and goes on as at its edge.`,
      remedy:
        'Check that they were placed on this image, and whether their file is in RAS, LPS or voxels.',
    };
  };
}

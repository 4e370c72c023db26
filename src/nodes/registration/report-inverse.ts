import { type Grid, spacingMm } from '../../imaging/grid';
import type { Builder, Judge, ValueId } from '../../runtime/api/nodes/builder';
import type { TableValue } from '../../runtime/api/nodes/port-values';

/**
 * How far a map and its inverse are from undoing each other, |v(x) + u(x + v(x))| in mm over the fixed grid: rows of a table
 * for its mean and its largest value, and the mean. What interpolation between voxels leaves is in it.
 */
export function reportInverse(
  b: Builder,
  displacement: ValueId,
  inverse: ValueId,
): { readonly rows: TableValue['rows']; readonly mean: ValueId } {
  const left = b.compose({ outer: displacement, inner: inverse });
  const mean = b.pointwiseMean({ a: left }, { terms: [length] });
  const rows = [
    { name: 'inverse.meanMm', scalars: mean, index: 0 },
    { name: 'inverse.largestMm', scalars: b.largestNorm({ vector: left }), index: 0 },
  ];
  return { rows, mean };
}

const length = [
  'sqrt',
  ['+', ['+', ['*', 'a.0', 'a.0'], ['*', 'a.1', 'a.1']], ['*', 'a.2', 'a.2']],
] as const;

/** By how much of a voxel map and inverse may miss each other in the mean; seen on real pairs: 0.04. */
export const mostInverseErrorVoxels = 0.25;

/**
 * Warns of an inverse that does not undo its map.
 * @param isFree whether it was found beside the map, and nothing but a regularizer makes the two agree
 */
export function poorInverse(grid: Grid, isFree = false): Judge {
  const voxelMm = Math.min(...spacingMm(grid).filter((_, axis) => grid.sizeVoxels[axis] !== 1));
  return ([[meanMm = 0] = []]) => {
    const missed = meanMm / voxelMm;
    if (!(missed > mostInverseErrorVoxels)) return undefined;
    return {
      about: 'inverse',
      port: 'model',
      message: `The inverse misses the map by ${missed.toFixed(2)} voxels in the mean: what was brought one way does not come back the other.`,
      remedy: isFree
        ? 'Wire Inverse consistency or Gradient inverse consistency to the objectives, or raise its weight.'
        : 'Smooth the model more, so that it does not fold, or use the map in its own direction alone.',
    };
  };
}

import { type Grid, sameGrid } from '../../imaging/grid';
import { type Builder, gridAttributes, type ValueId } from '../../runtime/api/nodes/builder';

/** A field on the grid of another one; scalars as they are. */
export function resampleLike(b: Builder, value: ValueId, like: ValueId): ValueId {
  const type = b.typeOf(like);
  return type.kind === 'field' ? resample(b, value, type.grid) : value;
}

/**
 * A field read linearly at the voxels of another grid, going on beyond its edge; itself where it
 * is there already. Displacements are in mm, so that their numbers stay as they are.
 */
export function resample(b: Builder, field: ValueId, grid: Grid): ValueId {
  const type = b.typeOf(field);
  if (type.kind === 'field' && sameGrid(type.grid, grid)) return field;
  return b.sample(
    { source: field },
    { ...gridAttributes(grid), interpolation: 'linear', outside: 'edge' },
  );
}

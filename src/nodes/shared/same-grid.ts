import { type Grid, sameGrid } from '../../imaging/grid';
import type { LoweringContext } from '../../runtime/api/nodes/define-node';

/** Refuses data of different grids where a node compares voxel by voxel. */
export function requireSameGrid(
  context: LoweringContext,
  first: Grid,
  second: Grid,
  port: string,
): void {
  if (sameGrid(first, second)) return;
  const described = [first, second].map(({ sizeVoxels }) => sizeVoxels.join(' × '));
  context.refuse({
    port,
    message: `What is compared voxel by voxel lies on two grids, ${described.join(' and ')} voxels.`,
    remedy: 'Bring it onto the fixed grid with Transform image or Transform labels first.',
  });
}

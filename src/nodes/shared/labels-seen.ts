import { applyMatrix, multiplyMatrices } from '../../imaging/frames';
import { type Grid, voxelCount, voxelFromWorld } from '../../imaging/grid';
import type { ComputedLabels } from '../../runtime/api/nodes/computed-values';

/**
 * Labels on another grid, each voxel that of the nearest one; background where there is none.
 * @param places for each index of the map the index that its label is to have
 */
export function labelsSeen(
  { grid, values }: ComputedLabels,
  seen: Grid,
  places: Uint32Array,
): Uint32Array {
  const [nx, ny, nz] = grid.sizeVoxels;
  const [width, height, depth] = seen.sizeVoxels;
  const voxelFromSeen = multiplyMatrices(voxelFromWorld(grid), seen.worldFromVoxel);
  const drawn = new Uint32Array(voxelCount(seen));
  // Half-way places go one way, whatever the rounding errors of matrices.
  const nearest = (at: number) => Math.floor(at + 0.5 - 1e-6);
  let index = 0;
  for (let k = 0; k < depth; k += 1) {
    for (let j = 0; j < height; j += 1) {
      for (let i = 0; i < width; i += 1, index += 1) {
        const [px, py, pz] = applyMatrix(voxelFromSeen, [i, j, k]);
        const [x, y, z] = [nearest(px), nearest(py), nearest(pz)];
        if (x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz) continue;
        drawn[index] = places[values[x + nx * (y + ny * z)] ?? 0] ?? 0;
      }
    }
  }
  return drawn;
}

/** How many voxels of a map hold a label that is not the background. */
export function labelledVoxels({ values }: Pick<ComputedLabels, 'values'>): number {
  return values.reduce((count, label) => count + (label === 0 ? 0 : 1), 0);
}

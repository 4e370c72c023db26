import { applyMatrix, type Vec3, type WorldFromVoxel } from '../../imaging/frames';
import { centreMm, type Grid, spacingMm } from '../../imaging/grid';

/** A box that ends this share of a control point further on does not need another one. */
const tolerance = 1e-6;

/**
 * Control points of a cubic B-spline that spans all that the voxels of a grid fill: along its axes, one of them in its
 * middle, one more beyond the border on each side. Grids of half the spacing then hold every control point of this one,
 * and what of them reaches into the box follows from it by subdivision. An axis of one voxel has one control point.
 * @param spacing from one control point to the next, mm
 */
export function controlGrid(grid: Grid, spacing: number): Grid {
  const edges = spacingMm(grid);
  const perVoxel = edges.map((edge, axis) =>
    grid.sizeVoxels[axis] === 1 ? 1 : spacing / edge,
  ) as unknown as Vec3;
  const reach = grid.sizeVoxels.map((voxels, axis) =>
    voxels === 1 ? 0 : Math.ceil(voxels / 2 / (perVoxel[axis] ?? 1) - tolerance) + 1,
  ) as unknown as Vec3;
  const m = grid.worldFromVoxel.map((value, i) =>
    i % 4 === 3 ? value : value * (perVoxel[i % 4] ?? 1),
  ) as unknown as WorldFromVoxel;
  const toFirst = applyMatrix(
    m.map((value, i) => (i % 4 === 3 ? 0 : value)) as unknown as WorldFromVoxel,
    reach,
  );
  const middle = centreMm(grid);
  const worldFromVoxel = m.map((value, i) => {
    const row = (i - 3) / 4;
    return i % 4 === 3 ? (middle[row] ?? 0) - (toFirst[row] ?? 0) : value;
  }) as unknown as WorldFromVoxel;
  return { sizeVoxels: reach.map((n) => 2 * n + 1) as unknown as Vec3, worldFromVoxel };
}

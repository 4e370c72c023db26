import {
  applyMatrix,
  invertMatrix,
  type Matrix3x4,
  multiplyMatrices,
  type Vec3,
} from '../../imaging/frames';
import { type Grid, spacingMm } from '../../imaging/grid';
import type { ComputedImage } from '../../runtime/api/data-kinds/image';
import { gridAlong, gridPadded, gridWithSpacing, smoothingFor } from './new-grids';

/** Half of the spacing, as before a pyramid's coarse levels. */
const smoothPerSpacing = 0.5;

/** A box that leaves out more of what an image shows than this leaves out what may matter. */
export const mostLeftOut = 0.15;

/** Standard deviations, in voxels of an image, of the Gaussian before it is read on the grid that a network sees. */
export function smoothingSeen(image: Grid, seen: Grid): Vec3 {
  return smoothingFor(image, seen, smoothPerSpacing);
}

/** The grid of the network about the middle of an image, with its axes along those of the body. */
export function gridSeen(grid: Grid, sizeVoxels: Vec3, edgesMm: Vec3): Grid {
  const upright = gridUpright(grid);
  const spaced = gridWithSpacing(upright, edgesMm);
  const more = sizeVoxels.map((size, axis) => size - (spaced.sizeVoxels[axis] ?? 1));
  const before = more.map((count) => Math.floor(count / 2)) as unknown as Vec3;
  const after = more.map((count, axis) => count - (before[axis] ?? 0)) as unknown as Vec3;
  return gridPadded(spaced, before, after);
}

/** The axes of an image along those of the body, its normal last where it is a slice. */
export function gridUpright(grid: Grid): Grid {
  if (grid.sizeVoxels[2] !== 1) return gridAlong(grid, 'RAS');
  const normal = [0, 1, 2].map((row) => Math.abs(grid.worldFromVoxel[4 * row + 2] ?? 0));
  const code = ['ASR', 'RSA', 'RAS'][normal.indexOf(Math.max(...normal))];
  return gridAlong(grid, code ?? 'RAS');
}

/**
 * The share of what an image shows that lies outside of a box: of the brightness above its darkest voxel, so that an empty
 * border does not count. 0 where it shows nothing.
 */
export function shareOutside(
  { grid, planes }: Pick<ComputedImage, 'grid' | 'planes'>,
  seen: Grid,
): number {
  const plane = planes[0] ?? new Float32Array(0);
  const least = plane.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const seenFromVoxel = multiplyMatrices(
    invertMatrix(seen.worldFromVoxel as Matrix3x4),
    grid.worldFromVoxel as Matrix3x4,
  );
  const [nx, ny] = grid.sizeVoxels;
  let [all, outside] = [0, 0];
  for (const [index, value] of plane.entries()) {
    const shown = value - least;
    if (!(shown > 0)) continue;
    const voxel: Vec3 = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
    const place = applyMatrix(seenFromVoxel, voxel);
    all += shown;
    const isInside = place.every((at, axis) => {
      const size = seen.sizeVoxels[axis] ?? 1;
      return size === 1 || (at >= -0.5 && at <= size - 0.5);
    });
    if (!isInside) outside += shown;
  }
  return all > 0 ? outside / all : 0;
}

function extentMm(grid: Grid): readonly number[] {
  return spacingMm(grid).map((edge, axis) => edge * (grid.sizeVoxels[axis] ?? 1));
}

export function sizeMm(grid: Grid): string {
  return extentMm(grid)
    .slice(0, grid.sizeVoxels[2] === 1 ? 2 : 3)
    .map((edge) => Math.round(edge))
    .join(' × ');
}

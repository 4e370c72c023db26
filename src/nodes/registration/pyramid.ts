import {
  type Matrix3x4,
  multiplyMatrices,
  type Vec3,
  type WorldFromVoxel,
} from '../../imaging/frames';
import { centreMm, type Grid, sameGrid, spacingMm } from '../../imaging/grid';
import type { Builder } from '../../runtime/api/nodes/builder';
import type { PlacedImage } from '../../runtime/api/nodes/compare';
import type { LevelContext } from '../../runtime/api/nodes/port-values';
import { resample } from './resample';

/** Axes are not made shorter than this: a few thick slices hold no detail to spare. */
const shortestAxisVoxels = 16;

/** Where the Gaussian before shrinking is cut off, in standard deviations. */
const truncate = 2;

/**
 * The grid of a pyramid level: the same box in the world, divided into fewer voxels. Edges of the
 * outermost voxels stay where they are, so that no level is shifted against another.
 */
export function levelGrid(grid: Grid, shrink: number): Grid {
  const [nx, ny, nz] = grid.sizeVoxels.map((voxels) => shrunkLength(voxels, shrink)) as [
    number,
    number,
    number,
  ];
  const [fx, fy, fz] = shrinkPerAxis(grid, [nx, ny, nz]);
  // biome-ignore format: rows of a matrix
  const fineFromCoarse: Matrix3x4 = [
    fx, 0, 0, (fx - 1) / 2,
    0, fy, 0, (fy - 1) / 2,
    0, 0, fz, (fz - 1) / 2,
  ];
  return {
    sizeVoxels: [nx, ny, nz],
    worldFromVoxel: multiplyMatrices(grid.worldFromVoxel, fineFromCoarse) as WorldFromVoxel,
  };
}

/** An image and the grid that it was brought to. */
export type ShrunkImage = PlacedImage;

/**
 * An image at a pyramid level: smoothed by a Gaussian whose width follows the shrinking of each
 * axis (against aliasing), then read on the level's grid.
 * @param smoothPerShrink standard deviation in voxels of the full grid, per unit of shrinking
 */
export function shrinkImage(
  b: Builder,
  { image, grid }: PlacedImage,
  shrink: number,
  smoothPerShrink: number,
): ShrunkImage {
  const coarse = levelGrid(grid, shrink);
  if (sameGrid(coarse, grid)) return { image, grid };
  const sigmaVoxels = shrinkPerAxis(grid, coarse.sizeVoxels).map((factor) =>
    factor === 1 ? 0 : smoothPerShrink * factor,
  );
  const smooth = sigmaVoxels.some((sigma) => sigma > 0)
    ? b.gaussian(
        { value: image },
        { sigmaVoxels, truncate, edges: 'renormalize', transposed: false },
      )
    : image;
  return { image: resample(b, smooth, coarse), grid: coarse };
}

/** What the parts of a recipe are told of a level. */
export function levelContext(
  fullGrid: Grid,
  at: { readonly level: number; readonly levels: number },
  fixed: ShrunkImage,
): LevelContext {
  return {
    ...at,
    grid: fixed.grid,
    fixed: fixed.image,
    voxelMm: shortestEdgeMm(fixed.grid),
    centreMm: centreMm(fullGrid),
    radiusMm: halfExtentMm(fullGrid),
  };
}

/** What objectives are told of a grid that is the only level. */
export function wholeGridLevel(grid: Grid): Omit<LevelContext, 'fixed'> {
  return {
    level: 0,
    levels: 1,
    grid,
    voxelMm: shortestEdgeMm(grid),
    centreMm: centreMm(grid),
    radiusMm: halfExtentMm(grid),
  };
}

function shrunkLength(voxels: number, shrink: number): number {
  return Math.max(Math.min(voxels, shortestAxisVoxels), Math.round(voxels / shrink));
}

function shrinkPerAxis(grid: Grid, sizeVoxels: Vec3): Vec3 {
  const [nx, ny, nz] = grid.sizeVoxels;
  return [nx / sizeVoxels[0], ny / sizeVoxels[1], nz / sizeVoxels[2]];
}

/** Shortest voxel edge, mm; the thickness of a single slice does not count. */
function shortestEdgeMm(grid: Grid): number {
  const edges = spacingMm(grid);
  const counted = edges.filter((_, axis) => grid.sizeVoxels[axis] !== 1);
  return Math.min(...(counted.length > 0 ? counted : edges));
}

/** Half the longest side of the box that the voxels fill, mm. */
function halfExtentMm(grid: Grid): number {
  return Math.max(
    ...spacingMm(grid).map((edge, axis) => (edge * (grid.sizeVoxels[axis] ?? 1)) / 2),
  );
}

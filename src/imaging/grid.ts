import {
  applyMatrix,
  invertMatrix,
  type Matrix3x4,
  type Vec3,
  type VoxelFromWorld,
  type WorldFromVoxel,
  type WorldPointMm,
} from './frames';

/**
 * A regular lattice of voxels placed in the world. A 2-D image is a grid with one slice.
 * Voxel (x, y, z) is stored at `x + sizeVoxels[0] * (y + sizeVoxels[1] * z)`.
 */
export interface Grid {
  readonly sizeVoxels: Vec3;
  /** RAS+ mm from voxel centres at integer indices. */
  readonly worldFromVoxel: WorldFromVoxel;
}

export function voxelCount(grid: Grid): number {
  const [nx, ny, nz] = grid.sizeVoxels;
  return nx * ny * nz;
}

/** Lengths of the voxel's edges in mm: the norms of the matrix's columns. */
export function spacingMm(grid: Grid): Vec3 {
  const m = grid.worldFromVoxel;
  return [
    Math.hypot(m[0], m[4], m[8]),
    Math.hypot(m[1], m[5], m[9]),
    Math.hypot(m[2], m[6], m[10]),
  ];
}

/** True where the grid's axes are at right angles, to a thousandth: only a sheared header is not. */
export function hasRightAngles(grid: Grid): boolean {
  const m = grid.worldFromVoxel;
  const edges = spacingMm(grid);
  const cosine = (a: 0 | 1 | 2, b: 0 | 1 | 2): number =>
    (m[a] * m[b] + m[(4 + a) as 4] * m[(4 + b) as 4] + m[(8 + a) as 8] * m[(8 + b) as 8]) /
    (edges[a] * edges[b]);
  return Math.max(Math.abs(cosine(0, 1)), Math.abs(cosine(0, 2)), Math.abs(cosine(1, 2))) < 1e-3;
}

export function voxelFromWorld(grid: Grid): VoxelFromWorld {
  return invertMatrix(grid.worldFromVoxel) as VoxelFromWorld;
}

/** World position of the middle of the grid. */
export function centreMm(grid: Grid): WorldPointMm {
  const [nx, ny, nz] = grid.sizeVoxels;
  return applyMatrix(grid.worldFromVoxel, [
    (nx - 1) / 2,
    (ny - 1) / 2,
    (nz - 1) / 2,
  ]) as WorldPointMm;
}

/** True where both grids have the same voxels at the same places, to 1e-4 mm. */
export function sameGrid(a: Grid, b: Grid): boolean {
  return (
    a.sizeVoxels.every((n, axis) => n === b.sizeVoxels[axis]) &&
    a.worldFromVoxel.every((v, i) => Math.abs(v - (b.worldFromVoxel[i] as number)) <= 1e-4)
  );
}

/** A grid from its size, spacing and origin, with axes along the world's. */
export function axisAlignedGrid(sizeVoxels: Vec3, spacing: Vec3, originMm: Vec3 = [0, 0, 0]): Grid {
  // biome-ignore format: rows of a matrix
  const matrix: Matrix3x4 = [
    spacing[0], 0, 0, originMm[0],
    0, spacing[1], 0, originMm[1],
    0, 0, spacing[2], originMm[2],
  ];
  return { sizeVoxels, worldFromVoxel: matrix as WorldFromVoxel };
}

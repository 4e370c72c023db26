import type { Matrix3x4, Vec3, WorldFromVoxel } from '../../src/imaging/frames';
import type { Grid } from '../../src/imaging/grid';
import { voxelCount } from '../../src/imaging/grid';
import { fieldType, pointsType, scalarsType } from '../../src/runtime/ir/values';
import type { CaseValue } from './op-case';

/** A grid that hides no transposed axis: sizes 7×6×5, spacing 1.2×0.8×2.5 mm, turned about two axes. */
export const obliqueGrid: Grid = turnedGrid([7, 6, 5], [1.2, 0.8, 2.5], [3, -4, 5]);

/** A 2-D image: one slice, anisotropic. */
export const oneSliceGrid: Grid = turnedGrid([9, 7, 1], [1.1, 0.7, 3], [-2, 1, 4]);

/** A grid of the given size and spacing, turned by 20° about z and then 15° about x. */
export function turnedGrid(sizeVoxels: Vec3, spacing: Vec3, originMm: Vec3): Grid {
  const [cz, sz] = [Math.cos(0.349), Math.sin(0.349)];
  const [cx, sx] = [Math.cos(0.262), Math.sin(0.262)];
  const [a, b, c] = spacing;
  // biome-ignore format: rows of a matrix
  const matrix: Matrix3x4 = [
    cz * a, -sz * b, 0, originMm[0],
    cx * sz * a, cx * cz * b, -sx * c, originMm[1],
    sx * sz * a, sx * cz * b, cx * c, originMm[2],
  ];
  return { sizeVoxels, worldFromVoxel: matrix as WorldFromVoxel };
}

/** Numbers in (-1, 1), equal for equal seeds. */
export function randomNumbers(count: number, seed: number): Float64Array {
  let state = (seed * 2654435761 + 1) >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** A field whose planes are random, scaled and shifted: `offset ± amplitude`. */
export function randomField(
  grid: Grid,
  channels: number,
  seed: number,
  amplitude = 1,
  offset = 0,
): CaseValue {
  return {
    type: fieldType(grid, channels),
    planes: Array.from({ length: channels }, (_, channel) =>
      randomNumbers(voxelCount(grid), seed + 101 * channel).map((v) => offset + amplitude * v),
    ),
  };
}

/** A field from a function of the voxel index. */
export function fieldOf(
  grid: Grid,
  ...planes: readonly ((x: number, y: number, z: number) => number)[]
): CaseValue {
  const [nx, ny, nz] = grid.sizeVoxels;
  return {
    type: fieldType(grid, planes.length),
    planes: planes.map((f) => {
      const values = new Float64Array(nx * ny * nz);
      for (let z = 0, i = 0; z < nz; z += 1)
        for (let y = 0; y < ny; y += 1)
          for (let x = 0; x < nx; x += 1, i += 1) values[i] = f(x, y, z);
      return values;
    }),
  };
}

/** A map of labels from a function of the voxel index. */
export function labelsOf(grid: Grid, f: (x: number, y: number, z: number) => number): CaseValue {
  return { ...fieldOf(grid, f), type: fieldType(grid, 1, 'u32') };
}

/** Points with a plane for each channel, from a list of what each point has. */
export function pointsOf(rows: readonly (readonly number[])[]): CaseValue {
  const channels = rows[0]?.length ?? 0;
  return {
    type: pointsType(rows.length, channels),
    planes: Array.from({ length: channels }, (_, channel) =>
      Float64Array.from(rows, (row) => row[channel]!),
    ),
  };
}

export function scalars(...numbers: readonly number[]): CaseValue {
  return { type: scalarsType(numbers.length), planes: [Float64Array.from(numbers)] };
}

/** A weight of a comparison: from 0 to 1, a third of the voxels out. */
export function weightOn(grid: Grid, seed: number): CaseValue {
  const { type, planes } = randomField(grid, 1, seed);
  return { type, planes: planes.map((plane) => plane.map((v) => Math.max(0, 0.25 + 0.75 * v))) };
}

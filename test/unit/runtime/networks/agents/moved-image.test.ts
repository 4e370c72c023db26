import { expect, it } from 'vitest';
import { identityMatrix, type Matrix3x4 } from '../../../../../src/imaging/frames';
import { axisAlignedGrid, type Grid, voxelCount } from '../../../../../src/imaging/grid';
import { movedImage } from '../../../../../src/runtime/networks/agents/moved-image';
import { rigidSteps } from '../../../../../src/runtime/networks/agents/rigid-steps';

const slice = axisAlignedGrid([8, 10, 1], [2, 1.5, 3]);
const volume = axisAlignedGrid([6, 5, 7], [2, 1.5, 3]);

/** A number for each voxel by its place in mm about the middle. */
function painted(
  { sizeVoxels: [nx, ny, nz] }: Pick<Grid, 'sizeVoxels'>,
  paint: (x: number, y: number, z: number) => number,
) {
  return Float32Array.from({ length: nx * ny * nz }, (_, i) => {
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
    return paint((x - (nx - 1) / 2) * 2, (y - (ny - 1) / 2) * 1.5, (z - (nz - 1) / 2) * 3);
  });
}

const linear = (x: number, y: number, z: number) => 3 + 0.2 * x - 0.3 * y + 0.1 * z;

it.each([
  ['slice', slice],
  ['volume', volume],
] as const)('leaves a %s as it is where nothing moves', (_, grid) => {
  const plane = painted(grid, linear);
  expect(movedImage(grid, { plane, sizeVoxels: grid.sizeVoxels }, identityMatrix)).toEqual(plane);
});

it.each([
  ['slice', slice, [24, 30, 1]],
  ['volume', volume, [18, 17, 21]],
] as const)(
  'reads a %s at the places to which they are moved, beyond what is seen',
  (_, grid, around) => {
    const { motion } = rigidSteps(grid, { stepMm: 1, stepDegrees: 1 });
    const matrix = motion({ turnDegrees: 30, shiftMm: 3 }, () => 0.7);
    const moved = movedImage(
      grid,
      { plane: painted({ sizeVoxels: around }, linear), sizeVoxels: around },
      matrix,
    );
    const [a, b, c, tx, d, e, f, ty, g, h, i, tz] = matrix;
    const wanted = painted(grid, (x, y, z) =>
      linear(a * x + b * y + c * z + tx, d * x + e * y + f * z + ty, g * x + h * y + i * z + tz),
    );
    expect(moved).toHaveLength(voxelCount(grid));
    for (const [index, value] of wanted.entries()) expect(moved[index]).toBeCloseTo(value, 5);
  },
);

it('is 0 beyond the border', () => {
  const ones = painted(slice, () => 1);
  const away: Matrix3x4 = [1, 0, 0, 6, 0, 1, 0, 0, 0, 0, 1, 0];
  const moved = movedImage(slice, { plane: ones, sizeVoxels: slice.sizeVoxels }, away);
  expect([...moved.subarray(0, 8)]).toEqual([1, 1, 1, 1, 1, 0, 0, 0]);
});

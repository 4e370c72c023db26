import { expect, test } from 'vitest';
import { axisAlignedGrid } from '../../../src/imaging/grid';
import type { ImageVolume } from '../../../src/imaging/volume';
import { fieldOf } from '../../support/case-values';
import { runPlan } from '../../support/run-node';
import { registrationProgram } from '../../support/small-registration';

const grid = axisAlignedGrid([30, 26, 1], [2, 2, 4], [-29, -25, 0]);
const size = 1.15;

/** A blob about the middle whose axes are unlike; the map takes a point where it lies in the other image. */
function blob(map: (x: number, y: number) => readonly [number, number]): ImageVolume {
  const { planes } = fieldOf(grid, (i, j) => {
    const [x, y] = map(2 * i - 29, 2 * j - 25);
    return Math.exp(-(x * x) / 220 - (y * y) / 90);
  });
  return { kind: 'image', grid, values: Float32Array.from(planes[0]!), storedType: 'float32' };
}

/** The affine by which a model brings the moving image onto the fixed one. */
function found(model: string, moving: ImageVolume): readonly number[] {
  const fixed = blob((x, y) => [x, y]);
  const program = registrationProgram({
    fixed,
    moving,
    model,
    optimizer: 'optimizer.adam-normalized',
    parameters: { stepVoxels: 0.3, finalFraction: 0.05 },
    iterations: [60],
  });
  const field = (image: ImageVolume) => fieldOf(grid, (x, y) => image.values[x + 30 * y]!);
  const read = runPlan(program.plan, { fixed: field(fixed), moving: field(moving) });
  return read(program.results.affine![0]!);
}

test('a translation finds the shift and turns nothing', () => {
  const affine = found(
    'model.translation',
    blob((x, y) => [x - 3, y + 2]),
  );
  // A tenth of a voxel: the moving image is read linearly.
  expect(Math.abs(affine[3]! - 3)).toBeLessThan(0.2);
  expect(Math.abs(affine[7]! + 2)).toBeLessThan(0.2);
  expect(affine.filter((_, i) => i % 4 !== 3)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
});

test('a similarity finds one scale for both axes, and none across a slice', () => {
  const affine = found(
    'model.similarity',
    blob((x, y) => [x / size - 1, y / size]),
  );
  expect(Math.abs(affine[0]! - size)).toBeLessThan(0.01);
  expect(affine[5]).toBeCloseTo(affine[0]!, 6);
  expect(affine[10]).toBeCloseTo(1, 12);
  expect(Math.abs(affine[3]! - size)).toBeLessThan(0.2);
});

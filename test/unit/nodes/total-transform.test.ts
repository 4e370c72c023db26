import { expect, test } from 'vitest';
import type { Vec3 } from '../../../src/imaging/frames';
import { axisAlignedGrid } from '../../../src/imaging/grid';
import { afterModel, inverseAfterModel } from '../../../src/nodes/registration/total-transform';
import type { TransformValue } from '../../../src/runtime/api/nodes/port-values';
import { fieldOf, scalars } from '../../support/case-values';
import { runSmallProgram, smallProgram } from '../../support/run-op';

/** Voxel (x, y, z) lies at (x, y, z)·edge + origin. */
const coarse = { grid: axisAlignedGrid([12, 12, 12], [4, 4, 4], [-22, -22, -22]), edge: 4 };
const fine = axisAlignedGrid([17, 15, 13], [2, 2, 2], [-16, -14, -12]);

/** A stretch by a tenth about the origin: linear, so that reading it between voxels is exact. */
const stretch = (share: number) => {
  const along = (voxel: number): number => share * (4 * voxel - 22);
  return fieldOf(
    coarse.grid,
    (x) => along(x),
    (_, y) => along(y),
    (_, __, z) => along(z),
  );
};
const shift = ([x, y, z]: Vec3) =>
  fieldOf(
    fine,
    () => x,
    () => y,
    () => z,
  );

test('the inverse of two stages on two grids undoes the map, on the grid of the last stage', () => {
  const inputs = {
    affine: scalars(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0),
    stretch: stretch(0.1),
    shrink: stretch(-0.1 / 1.1),
    there: shift([1, -2, 0.5]),
    back: shift([-1, 2, -0.5]),
  };
  const program = smallProgram(inputs, ({ builder }, values) => {
    const initial = {
      kind: 'transform',
      grid: coarse.grid,
      affine: values.affine!,
      displacement: values.stretch!,
      inverseDisplacement: values.shrink!,
    } satisfies TransformValue;
    const { displacement } = afterModel(builder, initial, { displacement: values.there! });
    const inverse = inverseAfterModel(builder, initial, values.back!, fine);
    return { displacement, inverse };
  });
  const { displacement = [], inverse = [] } = runSmallProgram(program, inputs);
  const voxel = 3 + 17 * (9 + 15 * 4);
  const at = (planes: readonly Float64Array[]) => planes.map((plane) => plane[voxel]);
  // The voxel lies at (−10, 4, −4): moved to (−9, 2, −3.5), stretched to (−9.9, 2.2, −3.85).
  const near = (numbers: readonly number[]) => numbers.map((n) => expect.closeTo(n, 10));
  expect(at(displacement)).toEqual(near([0.1, -1.8, 0.15]));
  // Shrunk to (−10, 4, −4) / 1.1, moved back by (−1, 2, −0.5).
  expect(at(inverse)).toEqual(near([10 - 10 / 1.1 - 1, 4 / 1.1 - 4 + 2, 4 - 4 / 1.1 - 0.5]));
  expect(inverse[0]).toHaveLength(17 * 15 * 13);
});

import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  randomField,
  turnedGrid,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const exact = { absolute: 0, relative: 0, because: 'small whole numbers are exact' };

/** Several chunks, the last of them not full. */
const largeGrid = turnedGrid([23, 17, 13], [1, 2, 1.5], [0, 0, 0]);

/** A copy with other numbers at some voxels of each plane. */
function spoiled(value: CaseValue, ...planes: readonly ReadonlyMap<number, number>[]): CaseValue {
  return {
    ...value,
    planes: value.planes.map((plane, index) =>
      plane.map((number, voxel) => planes[index]?.get(voxel) ?? number),
    ),
  };
}

const last = 23 * 17 * 13 - 1;

export const cases: readonly OpCase[] = [
  {
    op: 'countNonFinite',
    name: 'nothing in a field of large and tiny numbers',
    inputs: {
      value: fieldOf(
        obliqueGrid,
        (x) => 1e30 * x,
        (_x, y) => 1e-30 * y,
        () => -0,
      ),
    },
    expected: { count: [[0]] },
    gpu: exact,
  },
  {
    op: 'countNonFinite',
    name: 'infinities and what is not a number, at the ends of three planes of several chunks',
    inputs: {
      value: spoiled(
        randomField(largeGrid, 3, 1),
        new Map([[0, Number.NaN]]),
        new Map([[last, Number.POSITIVE_INFINITY]]),
        new Map([
          [2048, Number.NEGATIVE_INFINITY],
          [last, Number.NaN],
        ]),
      ),
    },
    expected: { count: [[4]] },
    gpu: exact,
  },
  {
    op: 'countNonFinite',
    name: 'every voxel of a slice',
    inputs: { value: fieldOf(oneSliceGrid, () => Number.NaN) },
    expected: { count: [[oneSliceGrid.sizeVoxels.reduce((product, n) => product * n, 1)]] },
    gpu: exact,
  },
];

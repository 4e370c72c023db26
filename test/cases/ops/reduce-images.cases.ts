import { applyMatrix } from '../../../src/imaging/frames';
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

/** Twelve voxels. */
const twelve = turnedGrid([3, 4, 1], [1, 1, 1], [0, 0, 0]);

/** A slice of 12 × 12: −3024 outside a circle of radius 6, air at −1000, a body from 0 upwards. */
const circleGrid = turnedGrid([12, 12, 1], [1, 1, 1], [0, 0, 0]);
const circle = (x: number, y: number, outside: number): number => {
  const radius = Math.hypot(x - 5.5, y - 5.5);
  if (radius > 6) return outside;
  return radius > 3 ? -1000 : 10 * x + y;
};

const moments = { absolute: 1e-3, relative: 1e-4, because: 'runs on the host in float32 storage' };

/** Two bright voxels of one mass each: centre between them, variance half their distance squared. */
const [a, b] = [
  [1, 2, 3],
  [5, 4, 1],
] as const;
const twoVoxels = fieldOf(obliqueGrid, (x, y, z) =>
  [a, b].some(([i, j, k]) => i === x && j === y && k === z) ? 1 : 0,
);
const pa = applyMatrix(obliqueGrid.worldFromVoxel, a);
const pb = applyMatrix(obliqueGrid.worldFromVoxel, b);
const half = [0, 1, 2].map((i) => ((pb[i] ?? 0) - (pa[i] ?? 0)) / 2);
const covariance = [0, 1, 2].flatMap((i) =>
  [0, 1, 2].filter((j) => j >= i).map((j) => (half[i] ?? 0) * (half[j] ?? 0)),
);

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
  ...[obliqueGrid, oneSliceGrid, largeGrid].map((grid, index): OpCase => {
    const image = randomField(grid, 1, 70 + index, 5, -3);
    return {
      op: 'intensityRange',
      name: ['oblique grid', 'one slice', 'more voxels than chunks'][index]!,
      inputs: { image },
      expected: { range: [[Math.min(...image.planes[0]!), Math.max(...image.planes[0]!)]] },
      gpu: { absolute: 0, relative: 0, because: 'a minimum rounds nothing' },
    };
  }),
  {
    op: 'quantiles',
    name: 'linear between neighbours',
    // 0, 5, 10, … 55 in scrambled order: the quarter lies three quarters on from the third.
    inputs: { image: fieldOf(twelve, (x, y) => 5 * ((7 * (x + 3 * y)) % 12)) },
    attributes: { lower: 0.25, upper: 1 },
    expected: { value: [[13.75, 55]] },
    gpu: { absolute: 1e-5, relative: 1e-6, because: 'the same code on the host' },
  },
  {
    op: 'quantiles',
    name: 'least and largest where both fall on one value',
    inputs: { image: fieldOf(twelve, (x, y) => (x === 1 && y === 2 ? 9 : 2)) },
    attributes: { lower: 0.1, upper: 0.9 },
    expected: { value: [[2, 9]] },
    gpu: { absolute: 0, relative: 0, because: 'the same code on the host' },
  },
  {
    op: 'quantiles',
    name: 'without the value that a scanner wrote outside its circle',
    inputs: { image: fieldOf(circleGrid, (x, y) => circle(x, y, -3024)) },
    attributes: { lower: 0, upper: 1 },
    expected: { value: [[-1000, 87]] },
    gpu: { absolute: 0, relative: 0, because: 'the same code on the host' },
  },
  {
    op: 'quantiles',
    name: 'with the zeros around a body, however many',
    inputs: { image: fieldOf(circleGrid, (x, y) => (circle(x, y, -1000) < 0 ? 0 : 400 + 10 * x)) },
    attributes: { lower: 0, upper: 1 },
    expected: { value: [[0, 480]] },
    gpu: { absolute: 0, relative: 0, because: 'the same code on the host' },
  },
  {
    op: 'padding',
    name: 'what a scanner wrote outside its circle',
    inputs: { image: fieldOf(circleGrid, (x, y) => circle(x, y, -3024)) },
    expected: {
      report: [
        [
          -3024,
          fieldOf(circleGrid, (x, y) => circle(x, y, -3024)).planes[0]!.filter((v) => v === -3024)
            .length /
            (circleGrid.sizeVoxels[0] * circleGrid.sizeVoxels[1] * circleGrid.sizeVoxels[2]),
        ],
      ],
    },
    gpu: { absolute: 1e-7, relative: 0, because: 'the same code on the host' },
  },
  {
    op: 'padding',
    name: 'none in the zeros around a body',
    inputs: { image: fieldOf(circleGrid, (x, y) => (circle(x, y, -1000) < 0 ? 0 : 400 + 10 * x)) },
    expected: { report: [[0, 0]] },
    gpu: { absolute: 0, relative: 0, because: 'the same code on the host' },
  },
  {
    op: 'imageMoments',
    name: 'two voxels of an oblique anisotropic grid',
    inputs: { image: twoVoxels },
    expected: {
      value: [[2, ...[0, 1, 2].map((i) => ((pa[i] ?? 0) + (pb[i] ?? 0)) / 2), ...covariance]],
    },
    gpu: moments,
  },
  {
    op: 'imageMoments',
    name: 'negative intensities count from the lowest',
    inputs: { image: randomField(obliqueGrid, 1, 5) },
    gpu: moments,
  },
];

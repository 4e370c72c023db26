import { applyMatrix, type Matrix3x4, type Vec3 } from '../../../src/imaging/frames';
import type { Grid } from '../../../src/imaging/grid';
import { gridAttributes } from '../../../src/runtime/ops/grid-attributes';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  pointsOf,
  randomField,
  randomNumbers,
  scalars,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const gpu = {
  absolute: 5e-5,
  relative: 1e-4,
  because: 'voxel positions of order 10 in float32 leave 1e-6 voxel, times slopes of order 10',
};
const splatGpu = {
  absolute: 1e-4,
  relative: 1e-4,
  because: 'fixed-point sums of float32 cotangents',
};
const exact = { absolute: 0, relative: 0, because: 'copies numbers' };

/** Points of the world from voxel coordinates of a grid, which need not be whole. */
function placesIn(grid: Grid, voxels: readonly Vec3[]): CaseValue {
  return pointsOf(voxels.map((voxel) => applyMatrix(grid.worldFromVoxel, voxel)));
}

/** Voxel coordinates at random, up to a voxel beyond the edges. */
function anywhere({ sizeVoxels }: Grid, count: number, seed: number): readonly Vec3[] {
  const numbers = randomNumbers(3 * count, seed);
  return Array.from({ length: count }, (_, i) => {
    const along = (axis: 0 | 1 | 2) =>
      ((numbers[3 * i + axis]! + 1) / 2) * (sizeVoxels[axis] + 1) - 1;
    return [along(0), along(1), along(2)];
  });
}

const few: readonly Vec3[] = [
  [0.25, 0.5, 0.75],
  [5.5, 4.25, 3.5],
  [3, 2, 1],
  [2.125, 3.875, 2.0625],
];
const [a, b, c, d] = [0.3, -0.2, 0.5, 7];
/** A ramp in the world, and another one. */
const ramps = fieldOf(
  obliqueGrid,
  (x, y, z) => {
    const p = applyMatrix(obliqueGrid.worldFromVoxel, [x, y, z]);
    return a * p[0] + b * p[1] + c * p[2] + d;
  },
  (x, y, z) => applyMatrix(obliqueGrid.worldFromVoxel, [x, y, z])[0],
);
const fewPlaces = placesIn(obliqueGrid, few);
const [px, py, pz] = fewPlaces.planes as [Float64Array, Float64Array, Float64Array];
const many = placesIn(obliqueGrid, anywhere(obliqueGrid, 40, 3));
const affine = scalars(1.02, 0.05, -0.03, 0.4, -0.04, 0.97, 0.06, -0.3, 0.02, -0.05, 1.03, 0.2);
const [matrix] = affine.planes as unknown as [Matrix3x4];
const linear = { interpolation: 'linear', outside: 'zero' } as const;
const cotangents = pointsOf(few.map(([x, y, z]) => [x - y, 0.5 * z, y]));
const [cx, cy, cz] = cotangents.planes as [Float64Array, Float64Array, Float64Array];
const perVoxel = [0, 1, 2].map((axis) =>
  [a, b, c].reduce(
    (sum, slope, row) => sum + slope * obliqueGrid.worldFromVoxel[4 * row + axis]!,
    0,
  ),
);
/** What two points add to the corners around them, one in the middle of a cell, one on a voxel. */
const splatted = (() => {
  const sums = new Float64Array(7 * 6 * 5);
  for (const x of [1, 2])
    for (const y of [2, 3]) for (const z of [3, 4]) sums[x + 7 * (y + 6 * z)] = 1;
  sums[6 + 7 * (5 + 6 * 4)] = -3;
  return sums;
})();

export const cases: readonly OpCase[] = [
  {
    op: 'samplePoints',
    name: 'two ramps in an oblique volume',
    inputs: { source: ramps, points: fewPlaces },
    attributes: linear,
    expected: { value: [px.map((x, i) => a * x + b * py[i]! + c * pz[i]! + d), px] },
    gpu,
  },
  {
    op: 'samplePoints',
    name: 'points of which some lie outside, zero there',
    inputs: { source: randomField(obliqueGrid, 2, 5), points: many },
    attributes: linear,
    gradientOf: ['source', 'points'],
    gpu,
  },
  {
    op: 'samplePoints',
    name: 'points of which some lie outside, the edge goes on',
    inputs: { source: randomField(obliqueGrid, 3, 7), points: many },
    attributes: { ...linear, outside: 'edge' },
    gradientOf: ['source', 'points'],
    gpu,
  },
  {
    op: 'samplePoints',
    name: 'a slice: every point counts as lying in it',
    inputs: {
      source: randomField(oneSliceGrid, 1, 9),
      points: placesIn(oneSliceGrid, anywhere(oneSliceGrid, 12, 11)),
    },
    attributes: { ...linear, outside: 'edge' },
    gradientOf: ['source', 'points'],
    gpu,
  },
  {
    op: 'samplePoints',
    name: 'nearest voxel',
    inputs: { source: randomField(obliqueGrid, 1, 13), points: many },
    attributes: { interpolation: 'nearest', outside: 'cut' },
    gpu: { ...exact, because: 'copies voxels; the points keep away from ties' },
  },
  {
    op: 'samplePointsDerivative',
    name: 'of a ramp its slopes along the voxels',
    inputs: {
      source: fieldOf(obliqueGrid, (x, y, z) => ramps.planes[0]![x + 7 * (y + 6 * z)]!),
      points: fewPlaces,
    },
    attributes: { outside: 'zero' },
    expected: { derivative: perVoxel.map((slope) => few.map(() => slope)) },
    gpu,
  },
  {
    op: 'splatPoints',
    name: 'the middle of a cell, and the last voxel',
    inputs: {
      cotangent: pointsOf([[8], [-3]]),
      points: placesIn(obliqueGrid, [
        [1.5, 2.5, 3.5],
        [6, 5, 4],
      ]),
    },
    attributes: { ...gridAttributes(obliqueGrid), outside: 'zero' },
    expected: { value: [splatted] },
    gpu: splatGpu,
  },
  {
    op: 'splatPoints',
    name: 'anywhere, the edge takes what lies beyond it',
    inputs: {
      cotangent: pointsOf(anywhere(obliqueGrid, 40, 17)),
      points: many,
    },
    attributes: { ...gridAttributes(obliqueGrid), outside: 'edge' },
    gpu: splatGpu,
  },
  {
    op: 'movePoints',
    name: 'an affine',
    inputs: { points: fewPlaces, affine },
    expected: {
      value: [0, 1, 2].map((axis) =>
        few.map((_, i) => applyMatrix(matrix, [px[i]!, py[i]!, pz[i]!])[axis]!),
      ),
    },
    gradientOf: ['points', 'affine'],
    gpu,
  },
  {
    op: 'movePointsToAffine',
    name: 'sums of what each point has times where it is',
    inputs: { cotangent: cotangents, points: fewPlaces },
    expected: {
      value: [
        [cx, cy, cz].flatMap((own) =>
          [px, py, pz, new Float64Array(4).fill(1)].map((of) =>
            own.reduce((sum, one, i) => sum + one * of[i]!, 0),
          ),
        ),
      ],
    },
    gpu,
  },
  {
    op: 'gatherPoints',
    name: 'some of them, one twice, in another order',
    inputs: { points: fewPlaces, indices: scalars(3, 0, 3) },
    expected: { value: [px, py, pz].map((plane) => [plane[3]!, plane[0]!, plane[3]!]) },
    gpu: exact,
  },
  {
    op: 'distanceReport',
    name: 'an odd number of points',
    inputs: { distances: pointsOf([[5], [1], [3]]) },
    expected: { report: [[3, Math.sqrt(8 / 3), 3, 5, 5, 1, 3]] },
    gpu: { absolute: 1e-6, relative: 1e-6, because: 'computed on the host; stored as float32' },
  },
  {
    op: 'distanceReport',
    name: 'an even number of points',
    inputs: { distances: pointsOf([[4], [1], [2], [9]]) },
    expected: { report: [[4, Math.sqrt(38 / 4), 3, 9, 4, 1, 2, 9]] },
    gpu: { absolute: 1e-6, relative: 1e-6, because: 'computed on the host; stored as float32' },
  },
  {
    op: 'pointwise',
    name: 'the distance of two points each, in mm',
    inputs: {
      a: fewPlaces,
      b: placesIn(
        obliqueGrid,
        few.map(([x, y, z]) => [x + 1, y - 0.5, z + 0.25]),
      ),
    },
    attributes: {
      expressions: [
        [
          'sqrt',
          [0, 1, 2]
            .map((axis) => ['-', `a.${axis}`, `b.${axis}`] as const)
            .map((by) => ['*', by, by] as const)
            .reduce<unknown>((sum, one) => (sum === 0 ? one : ['+', sum, one]), 0) as string,
        ],
      ],
    },
    expected: {
      value: [
        few.map(() => {
          const origin = applyMatrix(obliqueGrid.worldFromVoxel, [0, 0, 0]);
          const step = applyMatrix(obliqueGrid.worldFromVoxel, [1, -0.5, 0.25]);
          return Math.hypot(step[0] - origin[0], step[1] - origin[1], step[2] - origin[2]);
        }),
      ],
    },
    gradientOf: ['a', 'b'],
    gpu,
  },
  {
    op: 'pointwiseMean',
    name: 'over points, not over channels',
    inputs: { a: cotangents },
    attributes: { terms: [['*', 'a', 'a']] },
    expected: {
      value: [[few.reduce((sum, _, i) => sum + cx[i]! ** 2 + cy[i]! ** 2 + cz[i]! ** 2, 0) / 4]],
    },
    gradientOf: ['a'],
    gpu,
  },
  {
    op: 'zeros',
    name: 'as many as there are points',
    inputs: { like: fewPlaces },
    attributes: { channels: 2 },
    expected: { value: [new Float64Array(4), new Float64Array(4)] },
    gpu: exact,
  },
  {
    op: 'countNonFinite',
    name: 'of points, all of them finite',
    inputs: { value: fewPlaces },
    expected: { count: [[0]] },
    gpu: exact,
  },
];

import { applyMatrix, type Matrix3x4, type Vec3 } from '../../../src/imaging/frames';
import { axisAlignedGrid, type Grid, voxelFromWorld } from '../../../src/imaging/grid';
import { fieldType } from '../../../src/runtime/ir/values';
import { gridAttributes } from '../../../src/runtime/ops/grid-attributes';
import {
  labelsOf,
  obliqueGrid,
  oneSliceGrid,
  randomField,
  randomNumbers,
  scalars,
  turnedGrid,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const exact = {
  absolute: 0,
  relative: 0,
  because: 'copies labels; random points lie away from ties, and exact ones are exact in float32',
} as const;

const target = turnedGrid([6, 5, 4], [1.4, 1.1, 2.2], [3.2, -3.5, 5.5]);
const affine = scalars(1.02, 0.05, -0.03, 0.4, -0.04, 0.97, 0.06, -0.3, 0.02, -0.05, 1.03, 0.2);
const displacement = randomField(target, 3, 17, 0.8);

/** Labels without any structure, background included: every point has many neighbours. */
function randomLabels(grid: Grid, seed: number): CaseValue {
  const count = grid.sizeVoxels.reduce((product, n) => product * n);
  // The last two are beyond what a float32 tells apart.
  const numbers = [0, 3, 2 ** 24 + 1, 2 ** 32 - 1];
  return {
    type: fieldType(grid, 1, 'u32'),
    planes: [randomNumbers(count, seed).map((v) => numbers[Math.floor(2 + 2 * v)] as number)],
  };
}

/** Where the target's voxels land, in voxels of the source; one-slice axes lie in the slice. */
function landings(
  source: Grid,
  grid: Grid,
  u?: CaseValue,
  matrix?: CaseValue,
): readonly (readonly number[])[] {
  const [nx, ny, nz] = grid.sizeVoxels;
  return Array.from({ length: nx * ny * nz }, (_, i) => {
    const voxel: Vec3 = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
    const world = applyMatrix(grid.worldFromVoxel, voxel);
    const moved = world.map((c, axis) => c + (u?.planes[axis]?.[i] ?? 0)) as unknown as Vec3;
    const moving = matrix
      ? applyMatrix([...matrix.planes[0]!] as unknown as Matrix3x4, moved)
      : moved;
    return applyMatrix(voxelFromWorld(source), moving).map((q, axis) =>
      source.sizeVoxels[axis] === 1 ? 0 : q,
    );
  });
}

/** Asks every voxel of the source how much it has to say: a hat function, one voxel wide. */
function byVote(labels: CaseValue, source: Grid, points: readonly (readonly number[])[]): number[] {
  const [nx, ny] = source.sizeVoxels;
  const size = source.sizeVoxels;
  return points.map((point) => {
    if (point.some((q, axis) => q < -0.5 || q > size[axis]! - 0.5)) return 0;
    const votes = new Map<number, number>();
    labels.planes[0]!.forEach((label, i) => {
      const voxel = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
      const weight = voxel.reduce((product, v, axis) => {
        const q = Math.min(Math.max(point[axis]!, 0), size[axis]! - 1);
        return product * Math.max(0, 1 - Math.abs(q - v));
      }, 1);
      votes.set(label, (votes.get(label) ?? 0) + weight);
    });
    return [...votes].sort(([a, va], [b, vb]) => vb - va || a - b)[0]![0];
  });
}

/** Asks every voxel of the source: a Gaussian of one voxel, none from 2.5 voxels on. */
function byGaussian(
  labels: CaseValue,
  source: Grid,
  points: readonly (readonly number[])[],
): number[] {
  const [nx, ny] = source.sizeVoxels;
  const size = source.sizeVoxels;
  return points.map((point) => {
    if (point.some((q, axis) => q < -0.5 || q > size[axis]! - 0.5)) return 0;
    const votes = new Map<number, number>();
    labels.planes[0]!.forEach((label, i) => {
      const voxel = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
      const apart = voxel.map((v, axis) => Math.abs(v - point[axis]!));
      if (apart.some((d) => d >= 2.5)) return;
      const weight = Math.exp(-apart.reduce((sum, d) => sum + d * d, 0) / 2);
      votes.set(label, (votes.get(label) ?? 0) + weight);
    });
    return [...votes].sort(([, a], [, b]) => b - a)[0]![0];
  });
}

function nearest(
  labels: CaseValue,
  source: Grid,
  points: readonly (readonly number[])[],
): number[] {
  const size = source.sizeVoxels;
  return points.map((point) => {
    const [x, y, z] = point.map((q) => Math.round(q)) as [number, number, number];
    if (point.some((q, axis) => q < -0.5 || q > size[axis]! - 0.5)) return 0;
    return labels.planes[0]![x + size[0] * (y + size[1] * z)]!;
  });
}

const references = [
  ['nearest', nearest],
  ['one-hot-linear', byVote],
  ['gaussian', byGaussian],
] as const;

const unit = axisAlignedGrid([4, 3, 3], [1, 1, 1]);
const columns = labelsOf(unit, (x) => [5, 2, 9, 4][x] as number);

/** Points along x from a given start, half a voxel apart. */
const halves = (startMm: number) => axisAlignedGrid([9, 3, 3], [0.5, 1, 1], [startMm, 0, 0]);

const rows = (...labels: number[]): number[] => Array.from({ length: 9 }, () => labels).flat();

const labelsCases: OpCase[] = references.flatMap(([interpolation, reference]): OpCase[] => {
  const labels = randomLabels(obliqueGrid, 121);
  const sliceLabels = randomLabels(oneSliceGrid, 122);
  const slice = turnedGrid([11, 6, 1], [0.9, 0.8, 3], [-2.3, 1.2, 4]);
  const sliceDisplacement = randomField(slice, 3, 123, 0.6);
  const isInterpolating = interpolation !== 'gaussian';
  const atHome = landings(obliqueGrid, obliqueGrid);
  const moved = landings(obliqueGrid, target, displacement, affine);
  return [
    {
      op: 'sampleLabels',
      name: `${interpolation}, onto its own oblique grid${isInterpolating ? ': nothing changes' : ''}`,
      inputs: { labels },
      attributes: { ...gridAttributes(obliqueGrid), interpolation },
      expected: {
        value: isInterpolating ? labels.planes : [reference(labels, obliqueGrid, atHome)],
      },
      gpu: exact,
    },
    {
      op: 'sampleLabels',
      name: `${interpolation}, displaced and affine, another grid, points outside`,
      inputs: { labels, displacement, affine },
      attributes: { ...gridAttributes(target), interpolation },
      expected: { value: [reference(labels, obliqueGrid, moved)] },
      gpu: exact,
    },
    {
      op: 'sampleLabels',
      name: `${interpolation}, one slice: what points across is ignored`,
      inputs: { labels: sliceLabels, displacement: sliceDisplacement },
      attributes: { ...gridAttributes(slice), interpolation },
      expected: {
        value: [
          reference(sliceLabels, oneSliceGrid, landings(oneSliceGrid, slice, sliceDisplacement)),
        ],
      },
      gpu: exact,
    },
  ];
});

/** Indices of a map: 0 background, 1 and 2 two labels. */
const fixedLabels = labelsOf(obliqueGrid, (x) => (x < 2 ? 0 : x < 5 ? 1 : 2));
/** Of another map, where the first of those labels is 3, and 1 is a label that the other lacks. */
const warpedLabels = labelsOf(obliqueGrid, (x) => (x < 3 ? 0 : x < 6 ? 3 : 1));

/** A label of its own for every voxel of the oblique grid, 7 × 6 × 5. */
const numberOfVoxel = (x: number, y: number, z: number): number => x + 7 * (y + 6 * z);

/** The most labels that a map can have: those of the grid are the last. */
const manyPlaces = scalars(
  ...Array.from({ length: 2 ** 16 + 1 }, (_, i) => i - (2 ** 16 + 1 - 210)).map((place) =>
    Math.max(place, -1),
  ),
);

/** In the first slice every voxel has its neighbour's label: it meets nothing, the last one half. */
function diceOfNumberedVoxels(): number[] {
  const dice = Array.from({ length: 210 }, (_, i) => (i < 42 ? 0 : i === 42 ? 2 / 3 : 1));
  return [dice.reduce((a, b) => a + b) / 210, ...dice];
}

export const cases: readonly OpCase[] = [
  ...labelsCases,
  {
    op: 'sampleLabels',
    name: 'nearest, halves round up and half a voxel beyond the edge is inside',
    inputs: { labels: columns },
    attributes: { ...gridAttributes(halves(-0.5)), interpolation: 'nearest' },
    expected: { value: [rows(5, 5, 2, 2, 9, 9, 4, 4, 4)] },
    gpu: exact,
  },
  {
    op: 'sampleLabels',
    name: 'one-hot-linear, ties go to the smaller label and half a voxel beyond the edge is inside',
    inputs: { labels: columns },
    attributes: { ...gridAttributes(halves(-0.5)), interpolation: 'one-hot-linear' },
    expected: { value: [rows(5, 5, 2, 2, 2, 9, 4, 4, 4)] },
    gpu: exact,
  },
  ...references.map(
    ([interpolation]): OpCase => ({
      op: 'sampleLabels',
      name: `${interpolation}, further outside is background`,
      inputs: { labels: columns },
      attributes: { ...gridAttributes(halves(1.75)), interpolation },
      expected: { value: [rows(9, 9, 4, 4, 0, 0, 0, 0, 0)] },
      gpu: exact,
    }),
  ),
  {
    op: 'sampleLabels',
    name: 'one-hot-linear, three corners of one label outvote the nearest corner',
    inputs: { labels: labelsOf(axisAlignedGrid([2, 2, 1], [1, 1, 1]), (x, y) => (x + y ? 8 : 6)) },
    attributes: {
      ...gridAttributes(axisAlignedGrid([1, 1, 1], [1, 1, 1], [0.375, 0.375, 0])),
      interpolation: 'one-hot-linear',
    },
    expected: { value: [[8]] },
    gpu: exact,
  },
  {
    op: 'sampleLabels',
    name: 'gaussian, ties of any order of sums go to the smaller label, half a voxel beyond the edge is inside',
    inputs: { labels: columns },
    attributes: { ...gridAttributes(halves(-0.5)), interpolation: 'gaussian' },
    // Halfway, the two next voxels have the same weight, each a label of its own.
    expected: { value: [rows(5, 5, 2, 2, 2, 9, 4, 4, 4)] },
    gpu: exact,
  },
  {
    op: 'labelOverlap',
    name: 'labels shifted by a voxel, one lost, one in neither map, each map with its own indices',
    inputs: {
      fixed: fixedLabels,
      warped: warpedLabels,
      fixedPlaces: scalars(-1, 0, 1, 2),
      warpedPlaces: scalars(-1, -1, 1, 0),
    },
    attributes: { places: 3 },
    expected: { dice: [[(0 + 2 / 3) / 2, 2 / 3, 0, -1]] },
    gpu: { absolute: 0, relative: 1e-6, because: 'whole numbers, divided once' },
  },
  {
    op: 'labelOverlap',
    name: 'a map overlaps itself wholly, background included where it is asked for',
    inputs: {
      fixed: fixedLabels,
      warped: fixedLabels,
      fixedPlaces: scalars(0, 1, 2),
      warpedPlaces: scalars(0, 1, 2),
    },
    attributes: { places: 3 },
    expected: { dice: [[1, 1, 1, 1]] },
    gpu: { absolute: 0, relative: 0, because: 'whole numbers, divided once' },
  },
  {
    op: 'labelOverlap',
    name: 'a label a voxel, with the largest indices that there are',
    inputs: {
      fixed: labelsOf(obliqueGrid, (x, y, z) => 2 ** 16 + 1 - 210 + numberOfVoxel(x, y, z)),
      warped: labelsOf(
        obliqueGrid,
        (x, y, z) => 2 ** 16 + 1 - 210 + numberOfVoxel(x, y, z) + (z === 0 ? 1 : 0),
      ),
      fixedPlaces: manyPlaces,
      warpedPlaces: manyPlaces,
    },
    attributes: { places: 210 },
    expected: { dice: [diceOfNumberedVoxels()] },
    gpu: { absolute: 0, relative: 1e-6, because: 'whole numbers, divided once; a mean of 210' },
  },
  {
    op: 'labelOverlap',
    name: 'none of the labels occurs',
    inputs: {
      fixed: fixedLabels,
      warped: warpedLabels,
      fixedPlaces: scalars(-1, -1, -1),
      warpedPlaces: scalars(-1, -1, -1, -1),
    },
    attributes: { places: 1 },
    expected: { dice: [[-1, -1]] },
    gpu: { absolute: 0, relative: 0, because: 'whole numbers, divided once' },
  },
];

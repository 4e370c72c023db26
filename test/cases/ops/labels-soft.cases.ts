import { applyMatrix, type Matrix3x4, type Vec3 } from '../../../src/imaging/frames';
import { type Grid, voxelFromWorld } from '../../../src/imaging/grid';
import { gridAttributes } from '../../../src/runtime/ops/grid-attributes';
import {
  labelsOf,
  oneSliceGrid,
  randomField,
  randomNumbers,
  scalars,
  turnedGrid,
  weightOn,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const target = turnedGrid([13, 12, 9], [1.4, 1.1, 2.2], [3.2, -3.5, 5.5]);
const source = turnedGrid([12, 13, 8], [1.5, 1, 2.4], [3, -4, 5]);
const affine = scalars(1.02, 0.05, -0.03, 0.4, -0.04, 0.97, 0.06, -0.3, 0.02, -0.05, 1.03, 0.2);
const labels = 4;

/** Regions with ragged borders, the background among them. */
const regions = (grid: Grid, seed: number): CaseValue => {
  const noise = randomNumbers(
    grid.sizeVoxels.reduce((product, n) => product * n),
    seed,
  );
  const [nx, ny] = grid.sizeVoxels;
  return labelsOf(grid, (x, y, z) => {
    const ragged = noise[x + nx * (y + ny * z)]! > 0.6 ? 1 : 0;
    return (Math.floor(x / 4) + 2 * Math.floor(y / 5) + ragged) % (labels + 1);
  });
};

/** Counts by maps of one label each, read by a hat function one voxel wide, edges going on. */
function countsOf(
  fixed: CaseValue,
  moving: CaseValue,
  grids: { readonly target: Grid; readonly source: Grid },
  weight?: CaseValue,
  u?: CaseValue,
  matrix?: CaseValue,
): number[] {
  const [nx, ny] = grids.target.sizeVoxels;
  const size = grids.source.sizeVoxels;
  const weights = weight?.planes[0];
  const counts = new Array<number>(3 * labels).fill(0);
  fixed.planes[0]!.forEach((own, i, { length }) => {
    const voxel: Vec3 = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
    const world = applyMatrix(grids.target.worldFromVoxel, voxel);
    const moved = world.map((c, axis) => c + (u?.planes[axis]?.[i] ?? 0)) as unknown as Vec3;
    const there = matrix
      ? applyMatrix([...matrix.planes[0]!] as unknown as Matrix3x4, moved)
      : moved;
    const q = applyMatrix(voxelFromWorld(grids.source), there).map((v, axis) =>
      Math.min(Math.max(size[axis] === 1 ? 0 : v, 0), size[axis]! - 1),
    );
    const counted = (weights?.[i] ?? 1) / length;
    const share = new Array<number>(labels + 1).fill(0);
    moving.planes[0]!.forEach((label, j) => {
      const at = [
        j % size[0],
        Math.floor(j / size[0]) % size[1],
        Math.floor(j / (size[0] * size[1])),
      ];
      share[label]! += at.reduce((w, v, axis) => w * Math.max(0, 1 - Math.abs(v - q[axis]!)), 1);
    });
    for (let label = 1; label <= labels; label += 1) {
      const s = own === label ? counted : 0;
      counts[label - 1]! += s * share[label]!;
      counts[labels + label - 1]! += s;
      counts[2 * labels + label - 1]! += counted * share[label]!;
    }
  });
  return counts;
}

const counting = {
  absolute: 2e-6,
  relative: 2e-4,
  because: 'weights are rounded to fixed point before they are summed',
} as const;
const sloping = {
  absolute: 1e-6,
  relative: 1e-3,
  because: 'places in float32 next to borders',
} as const;

const fixed = regions(target, 31);
const moving = regions(source, 33);
const weight = weightOn(target, 35);
const displacement = randomField(target, 3, 17, 0.8);
const attributes = { labels, ...gridAttributes(target) };
const [slice, sliceFixed] = [oneSliceGrid, regions(oneSliceGrid, 41)];
const counts = scalars(0.1, 0, 0, 0.05, 0.2, 0.1, 0, 0.05, 0.15, 0.2, 0, 0.05);

export const cases: readonly OpCase[] = [
  {
    op: 'softLabelCounts',
    name: 'moved by a field and an affine, weighted',
    inputs: { fixed, moving, displacement, affine, weight },
    attributes,
    expected: {
      counts: [countsOf(fixed, moving, { target, source }, weight, displacement, affine)],
    },
    gradientOf: ['displacement', 'affine'],
    // Where a point crosses a face between voxels the slope jumps.
    gradientTolerance: 1e-3,
    gpu: counting,
  },
  {
    op: 'softLabelCounts',
    name: 'one slice, by a field alone',
    inputs: {
      fixed: sliceFixed,
      moving: regions(slice, 43),
      displacement: randomField(slice, 3, 44, 0.5),
    },
    attributes: { labels, ...gridAttributes(slice) },
    expected: {
      counts: [
        countsOf(
          sliceFixed,
          regions(slice, 43),
          { target: slice, source: slice },
          undefined,
          randomField(slice, 3, 44, 0.5),
        ),
      ],
    },
    gradientOf: ['displacement'],
    gradientTolerance: 1e-3,
    gpu: counting,
  },
  {
    op: 'softLabelSlopes',
    name: 'moved by a field and an affine, weighted',
    inputs: {
      fixed,
      moving,
      displacement,
      affine,
      weight,
      cotangent: scalars(...randomNumbers(3 * labels, 51)),
    },
    attributes,
    gpu: sloping,
  },
  {
    op: 'softDice',
    name: 'a label in neither map, and one that does not overlap',
    inputs: { counts },
    attributes: { labels },
    expected: { loss: [[-((0.2 / 0.35 + 0 / 0.3 + 0.1 / 0.1) / 3)]] },
    gpu: { absolute: 1e-6, relative: 1e-5, because: 'sums in float32' },
  },
  {
    op: 'softDice',
    name: 'labels of which all occur',
    inputs: { counts: scalars(0.1, 0.05, 0, 0.2, 0.1, 0.1, 0.15, 0.2, 0.05) },
    attributes: { labels: 3 },
    gradientOf: ['counts'],
    gpu: { absolute: 1e-6, relative: 1e-5, because: 'sums in float32' },
  },
  {
    op: 'softDice',
    name: 'no label at all',
    inputs: { counts: scalars(...new Array<number>(6).fill(0)) },
    attributes: { labels: 2 },
    expected: { loss: [[0]] },
    gpu: { absolute: 0, relative: 0, because: 'nothing is computed' },
  },
  {
    op: 'softDiceAdjoint',
    name: 'a label in neither map',
    inputs: { counts, cotangent: scalars(1.5) },
    attributes: { labels },
    gpu: { absolute: 1e-5, relative: 1e-5, because: 'divisions in float32' },
  },
  {
    op: 'relabel',
    name: 'labels that have no place',
    inputs: { labels: labelsOf(slice, (x, y) => (x + y) % 4), places: scalars(-1, 2, -1, 0) },
    expected: {
      value: [labelsOf(slice, (x, y) => [0, 3, 0, 1][(x + y) % 4]!).planes[0]!],
    },
    gpu: { absolute: 0, relative: 0, because: 'copies names' },
  },
  {
    op: 'labelCentroids',
    name: 'one voxel, a row, and a label that no voxel has',
    inputs: {
      labels: labelsOf(target, (x, y, z) => (y === 3 && z === 2 ? 2 : x + y + z === 0 ? 1 : 0)),
      places: scalars(-1, 0, 2, 1),
    },
    attributes: { count: 3 },
    expected: {
      centroids: [0, 1, 2].map((axis) => [
        applyMatrix(target.worldFromVoxel, [0, 0, 0])[axis]!,
        0,
        applyMatrix(target.worldFromVoxel, [6, 3, 2])[axis]!,
      ]),
      present: [[1, 0, 1]],
    },
    gpu: { absolute: 1e-5, relative: 1e-5, because: 'positions in float32' },
  },
];

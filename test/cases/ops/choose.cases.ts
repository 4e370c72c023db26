import type { Grid } from '../../../src/imaging/grid';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  randomField,
  scalars,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const exact = { absolute: 0, relative: 0, because: 'nothing is computed' } as const;

/** Voxel by voxel: a where the blocks before it along the three axes are even in number. */
function blocks(grid: Grid, a: CaseValue, b: CaseValue, edge: number): readonly Float64Array[] {
  const [nx, ny] = grid.sizeVoxels;
  return a.planes.map((plane, channel) =>
    plane.map((v, i) => {
      const voxel = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
      const before = voxel.reduce((sum, position) => sum + Math.trunc(position / edge), 0);
      return before % 2 === 0 ? v : b.planes[channel]![i]!;
    }),
  );
}

const situations = [
  { name: 'blocks that do not divide the size', grid: obliqueGrid, channels: 1, edge: 3 },
  { name: 'single voxels, three channels', grid: obliqueGrid, channels: 3, edge: 1 },
  { name: 'one slice', grid: oneSliceGrid, channels: 1, edge: 4 },
  { name: 'a block larger than the image', grid: obliqueGrid, channels: 1, edge: 16 },
] as const;

const first = randomField(obliqueGrid, 3, 11);
const second = randomField(obliqueGrid, 3, 12);
const image = randomField(oneSliceGrid, 1, 13);
const notANumber: CaseValue = {
  ...image,
  planes: image.planes.map((plane) => plane.map(() => Number.NaN)),
};

export const cases: readonly OpCase[] = [
  ...situations.map(({ name, grid, channels, edge }, index): OpCase => {
    const first = randomField(grid, channels, 163 + index);
    const second = randomField(grid, channels, 173 + index);
    return {
      op: 'checkerboard',
      name,
      inputs: { a: first, b: second },
      attributes: { sizeVoxels: edge },
      expected: { value: blocks(grid, first, second, edge) },
      gpu: exact,
    };
  }),
  {
    op: 'checkerboard',
    name: 'the first block is of a, its neighbours along each axis of b',
    inputs: { a: fieldOf(oneSliceGrid, () => 1), b: fieldOf(oneSliceGrid, () => 2) },
    attributes: { sizeVoxels: 5 },
    expected: {
      value: fieldOf(oneSliceGrid, (x, y) => (x < 5 === y < 5 ? 1 : 2)).planes,
    },
    gpu: exact,
  },
  {
    op: 'select',
    name: 'vectors, the first for any number but 0',
    inputs: { condition: scalars(-0.25), whenTrue: first, whenFalse: second },
    expected: { value: first.planes },
    gradientOf: ['whenTrue', 'whenFalse'],
    gpu: exact,
  },
  {
    op: 'select',
    name: 'vectors, the second for 0',
    inputs: { condition: scalars(0), whenTrue: first, whenFalse: second },
    expected: { value: second.planes },
    gradientOf: ['whenTrue', 'whenFalse'],
    gpu: exact,
  },
  {
    op: 'select',
    name: 'what is not taken may be no number',
    inputs: { condition: scalars(0), whenTrue: notANumber, whenFalse: image },
    expected: { value: image.planes },
    gpu: exact,
  },
  {
    op: 'selectAffine',
    name: 'the lowest score, the first of equals',
    inputs: {
      score0: scalars(-0.2),
      score1: scalars(-0.5),
      score2: scalars(-0.5),
      score3: scalars(0.1),
      score4: scalars(-0.4),
      candidate0: scalars(...Array.from({ length: 12 }, () => 0)),
      candidate1: scalars(...Array.from({ length: 12 }, () => 1)),
      candidate2: scalars(...Array.from({ length: 12 }, () => 2)),
      candidate3: scalars(...Array.from({ length: 12 }, () => 3)),
      candidate4: scalars(...Array.from({ length: 12 }, () => 4)),
    },
    expected: { affine: [Array.from({ length: 12 }, () => 1)] },
    gpu: exact,
  },
];

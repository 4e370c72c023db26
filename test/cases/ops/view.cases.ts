import type { Grid } from '../../../src/imaging/grid';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  randomField,
  scalars,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const exact = { absolute: 0, relative: 0, because: 'copies voxels' } as const;

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

const a = randomField(obliqueGrid, 3, 161);
const b = randomField(obliqueGrid, 3, 162);

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
    op: 'difference',
    name: 'three channels on an oblique grid',
    inputs: { a, b },
    expected: { value: a.planes.map((plane, c) => plane.map((v, i) => v - b.planes[c]![i]!)) },
    gradientOf: ['a', 'b'],
    gpu: { absolute: 0, relative: 1e-6, because: 'one rounding' },
  },
  {
    op: 'difference',
    name: 'scalars',
    inputs: { a: scalars(1, 2, 3), b: scalars(0.5, 4, -1) },
    expected: { value: [[0.5, -2, 4]] },
    gradientOf: ['a', 'b'],
    gpu: { absolute: 0, relative: 0, because: 'exact in float32' },
  },
];

import { multiplyMatrices, type WorldFromVoxel } from '../../../imaging/frames';
import type { Grid } from '../../../imaging/grid';
import { InternalError } from '../../internal-error';
import { fieldType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { meansOfCells } from './cell-means.cpu';
import source from './cell-means.wgsl?raw';

const cellMeansKernel = defineKernel({
  name: 'cell-means',
  bindings: { value: 'read', mean: 'write' },
  parameters: {
    nx: 'i32',
    ny: 'i32',
    nz: 'i32',
    cellsX: 'i32',
    cellsY: 'i32',
    cellsZ: 'i32',
    edgeX: 'i32',
    edgeY: 'i32',
    edgeZ: 'i32',
  },
  cpu: (b, p, share) => meansOfCells(b.value, b.mean, p, share),
  gpu: { source, threads: (p) => p.cellsX * p.cellsY * p.cellsZ },
  cost: (p) => ({
    bytes: 4 * (p.nx * p.ny * p.nz + p.cellsX * p.cellsY * p.cellsZ),
    operations: p.nx * p.ny * p.nz,
  }),
});

export type CellAttributes = {
  /** Voxels of a cell along each axis: whole numbers, at least 1. */
  readonly edgeVoxels: readonly number[];
};

/** The grid of cells: each lies in the middle of its voxels, as if the last ones were whole too. */
export function cellGrid(grid: Grid, edgeVoxels: readonly number[]): Grid {
  const [ex = 1, ey = 1, ez = 1] = edgeVoxels;
  const [nx, ny, nz] = grid.sizeVoxels;
  // biome-ignore format: rows of a matrix
  const voxelFromCell = [
    ex, 0, 0, (ex - 1) / 2,
    0, ey, 0, (ey - 1) / 2,
    0, 0, ez, (ez - 1) / 2,
  ] as const;
  return {
    sizeVoxels: [Math.ceil(nx / ex), Math.ceil(ny / ey), Math.ceil(nz / ez)],
    worldFromVoxel: multiplyMatrices(grid.worldFromVoxel, voxelFromCell) as WorldFromVoxel,
  };
}

export const cellMeans = defineOp<CellAttributes>()({
  name: 'cellMeans',
  doc:
    'Means over cells of so many voxels along each axis, on the grid of the cells (`cellGrid`), channel by channel; ' +
    'the last cell of an axis may have fewer voxels, and is the mean of those.',
  inputs: { value: 'field' },
  outputs: ['mean'],
  infer({ value }, { edgeVoxels }) {
    if (edgeVoxels.length !== 3 || !edgeVoxels.every((n) => Number.isInteger(n) && n >= 1)) {
      throw new InternalError('A cell has a whole number of voxels along each of three axes.');
    }
    const { grid, channels } = asField(value);
    return { mean: fieldType(cellGrid(grid, edgeVoxels), channels) };
  },
  adjoint: 'not-differentiable',
  kernels: [cellMeansKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, outputTypes, attributes }) {
    const [nx, ny, nz] = asField(inputTypes.value).grid.sizeVoxels;
    const [cellsX, cellsY, cellsZ] = asField(outputTypes.mean).grid.sizeVoxels;
    const [edgeX = 1, edgeY = 1, edgeZ = 1] = attributes.edgeVoxels;
    i.value.forEach((value, channel) => {
      emitter.call(
        cellMeansKernel,
        { value, mean: o.mean[channel] },
        { nx, ny, nz, cellsX, cellsY, cellsZ, edgeX, edgeY, edgeZ },
      );
    });
  },
});

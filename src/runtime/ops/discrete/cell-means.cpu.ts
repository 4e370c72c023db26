import { type FloatArray, type Share, shareOf } from '../define-kernel';

/** A grid, the cells that it is cut into, and how many voxels a whole cell has along each axis. */
export interface CellNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly cellsX: number;
  readonly cellsY: number;
  readonly cellsZ: number;
  readonly edgeX: number;
  readonly edgeY: number;
  readonly edgeZ: number;
}

/** Mean of the voxels of each cell; the last cell of an axis may have fewer. Rows of cells are shared out. */
export function meansOfCells(
  value: FloatArray,
  mean: FloatArray,
  p: CellNumbers,
  share: Share,
): void {
  const { nx, ny, nz, cellsX, cellsY, cellsZ } = p;
  const [begin, end] = shareOf(cellsY * cellsZ, share);
  const sums = new Float64Array(cellsX);
  for (let row = begin; row < end; row += 1) {
    const [y0, z0] = [p.edgeY * (row % cellsY), p.edgeZ * Math.floor(row / cellsY)];
    const [y1, z1] = [Math.min(y0 + p.edgeY, ny), Math.min(z0 + p.edgeZ, nz)];
    sums.fill(0);
    for (let z = z0; z < z1; z += 1) {
      for (let y = y0; y < y1; y += 1) {
        const first = nx * (y + ny * z);
        for (let x = 0; x < nx; x += 1) {
          const cell = Math.floor(x / p.edgeX);
          sums[cell] = (sums[cell] as number) + (value[first + x] as number);
        }
      }
    }
    const across = (y1 - y0) * (z1 - z0);
    for (let cell = 0; cell < cellsX; cell += 1) {
      const along = Math.min(p.edgeX, nx - cell * p.edgeX);
      mean[row * cellsX + cell] = (sums[cell] as number) / (along * across);
    }
  }
}

import type { Grid } from '../../../src/imaging/grid';
import { gridAttributes } from '../../../src/runtime/ops/grid-attributes';
import { fieldOf, oneSliceGrid, randomField, turnedGrid } from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

/** All waves at every voxel, as the sum that defines them. */
function wavesAt(
  grid: Grid,
  { type, planes }: CaseValue,
  decay: readonly number[],
): Float64Array[] {
  if (type.kind !== 'field') throw new Error('Coefficients are a field.');
  const [kx, ky] = type.grid.sizeVoxels;
  const wave = (k: number, voxel: number, axis: number): number => {
    const cosine = Math.cos((Math.PI * k * (2 * voxel + 1)) / (2 * grid.sizeVoxels[axis]!));
    return (k === 0 ? 1 : Math.SQRT2) * Math.exp(-decay[axis]! * k * k) * cosine;
  };
  return planes.map((plane) => {
    const { planes: found } = fieldOf(grid, (x, y, z) =>
      plane.reduce((sum, c, i) => {
        const [a, b, d] = [i % kx, Math.floor(i / kx) % ky, Math.floor(i / (kx * ky))];
        return sum + c * wave(a, x, 0) * wave(b, y, 1) * wave(d, z, 2);
      }, 0),
    );
    return found[0]!;
  });
}

const gpu = {
  absolute: 2e-5,
  relative: 1e-5,
  because: 'cosines and sums are rounded to float32',
} as const;

const situations = [
  {
    name: 'oblique, fewer waves than voxels',
    grid: turnedGrid([21, 6, 9], [1.2, 0.8, 2.5], [3, -4, 5]),
    waves: [5, 3, 4],
    decay: [0.05, 0, 0.1],
  },
  {
    name: 'one slice, as many waves as voxels',
    grid: oneSliceGrid,
    waves: oneSliceGrid.sizeVoxels,
    decay: [0, 0.01, 0],
  },
  {
    name: 'a single wave along two axes',
    grid: turnedGrid([5, 4, 6], [1, 1, 2], [0, 0, 0]),
    waves: [1, 4, 1],
    decay: [0, 0, 0],
  },
  {
    name: 'one voxel',
    grid: turnedGrid([1, 1, 1], [1, 2, 3], [1, 2, 3]),
    waves: [1, 1, 1],
    decay: [1, 1, 1],
  },
] as const;

export const cases: readonly OpCase[] = situations.flatMap(
  ({ name, grid, waves, decay }, index) => {
    const own = turnedGrid(waves, [1, 1, 1], [0, 0, 0]);
    const coefficients = randomField(own, 3, 740 + index);
    return [
      {
        op: 'cosineField',
        name,
        inputs: { coefficients },
        attributes: { ...gridAttributes(grid), decay },
        expected: { field: wavesAt(grid, coefficients, decay) },
        gradientOf: ['coefficients'],
        gpu,
      },
      {
        op: 'cosineFieldTransposed',
        name,
        inputs: { field: randomField(grid, 3, 750 + index) },
        attributes: { ...gridAttributes(own), decay },
        gradientOf: ['field'],
        gpu,
      },
    ];
  },
);

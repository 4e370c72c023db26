import { applyMatrix } from '../../../src/imaging/frames';
import type { Grid } from '../../../src/imaging/grid';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  randomField,
  scalars,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const gpu = {
  absolute: 2e-4,
  relative: 2e-4,
  because: 'voxel positions of order 10 in float32 leave 1e-6 voxel, times slopes of order 10',
};

/** A linear displacement u(x) = B·x + c of world points, whose composition has a closed form. */
function linear(grid: Grid, b: readonly number[], c: readonly number[]) {
  const component = (row: number) => (x: number, y: number, z: number) => {
    const p = applyMatrix(grid.worldFromVoxel, [x, y, z]);
    return (
      (c[row] ?? 0) +
      (b[row * 3] ?? 0) * p[0] +
      (b[row * 3 + 1] ?? 0) * p[1] +
      (b[row * 3 + 2] ?? 0) * p[2]
    );
  };
  return fieldOf(grid, component(0), component(1), component(2));
}

/** Points stay within the grid: translations of a tenth of a voxel, zero at the border. */
const inner = randomInterior(obliqueGrid);

function randomInterior(grid: Grid) {
  const field = randomField(grid, 3, 5, 0.3);
  const [nx, ny, nz] = grid.sizeVoxels;
  return {
    ...field,
    planes: field.planes.map((plane) =>
      plane.map((v, i) => {
        const x = i % nx;
        const y = Math.floor(i / nx) % ny;
        const z = Math.floor(i / (nx * ny));
        const border = (k: number, n: number) => n > 1 && (k === 0 || k === n - 1);
        return border(x, nx) || border(y, ny) || border(z, nz) ? 0 : v;
      }),
    ),
  };
}

function composedWithLinear(b: readonly number[], c: readonly number[]) {
  const outer = linear(obliqueGrid, b, c);
  // outer is linear, so interpolation is exact: inner + B·(x + inner) + c.
  const [ix, iy, iz] = inner.planes;
  return outer.planes.map((plane, row) =>
    plane.map(
      (v, i) =>
        v +
        (inner.planes[row]?.[i] ?? 0) +
        (b[row * 3] ?? 0) * (ix?.[i] ?? 0) +
        (b[row * 3 + 1] ?? 0) * (iy?.[i] ?? 0) +
        (b[row * 3 + 2] ?? 0) * (iz?.[i] ?? 0),
    ),
  );
}

const matrix = [0.02, -0.05, 0.01, 0.03, 0.04, -0.02, 0.01, 0.06, -0.03];
const offset = [0.4, -0.3, 0.2];

/** A field whose double is the given one. */
const halved = (field: CaseValue): CaseValue => ({
  ...field,
  planes: field.planes.map((plane) => plane.map((v) => v / 2)),
});

export const cases: readonly OpCase[] = [
  {
    op: 'composeScaled',
    name: 'twice the half of a random field, oblique anisotropic grid',
    inputs: {
      outer: linear(obliqueGrid, matrix, offset),
      inner: halved(inner),
      factor: scalars(2),
    },
    expected: { value: composedWithLinear(matrix, offset) },
    gpu,
  },
  {
    op: 'composeScaled',
    name: 'one slice, random fields that leave the grid',
    inputs: {
      outer: randomField(oneSliceGrid, 3, 11, 0.7),
      inner: randomField(oneSliceGrid, 3, 3, 0.5),
      factor: scalars(-3.5),
    },
    gpu,
  },
  {
    op: 'compose',
    name: 'a linear field after a random one, oblique anisotropic grid',
    inputs: { outer: linear(obliqueGrid, matrix, offset), inner },
    expected: { value: composedWithLinear(matrix, offset) },
    gpu,
  },
  {
    op: 'compose',
    name: 'random fields that leave the grid',
    inputs: {
      outer: randomField(obliqueGrid, 3, 11, 0.7),
      inner: randomField(obliqueGrid, 3, 3, 1.3),
    },
    gradientOf: ['outer', 'inner'],
    gpu,
  },
  {
    op: 'compose',
    name: 'one slice',
    inputs: {
      outer: randomField(oneSliceGrid, 3, 11, 0.7),
      inner: randomField(oneSliceGrid, 3, 3, 0.5),
    },
    gradientOf: ['outer', 'inner'],
    gpu,
  },
  {
    op: 'warpAdjoint',
    name: 'random fields, oblique anisotropic grid',
    inputs: {
      outer: randomField(obliqueGrid, 3, 11, 0.7),
      inner: randomField(obliqueGrid, 3, 3, 0.6),
      cotangent: randomField(obliqueGrid, 3, 21),
    },
    gpu,
  },
];

import type { Grid } from '../../../src/imaging/grid';
import { voxelCount } from '../../../src/imaging/grid';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  randomField,
  scalars,
  weightOn,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';
import { windowMeans } from './window.cases';

const rounding = {
  absolute: 1e-5,
  relative: 1e-5,
  because: 'sums of some ten float32 of order 1',
} as const;

/** Means of the voxels whose place, divided by the edge and rounded down, is that of the cell. */
function cellCase(name: string, grid: Grid, edgeVoxels: readonly number[]): OpCase {
  const value = randomField(grid, 4, 71, 2, 1);
  const [nx, ny] = grid.sizeVoxels;
  const cells = grid.sizeVoxels.map((n, axis) => Math.ceil(n / edgeVoxels[axis]!));
  const cellOf = (i: number): number => {
    const at = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
    const [x, y, z] = at.map((v, axis) => Math.floor(v / edgeVoxels[axis]!));
    return x! + cells[0]! * (y! + cells[1]! * z!);
  };
  const mean = value.planes.map((plane) =>
    Float64Array.from({ length: cells[0]! * cells[1]! * cells[2]! }, (_, cell) => {
      const members = Array.from(plane).filter((_v, i) => cellOf(i) === cell);
      return members.reduce((sum, v) => sum + v, 0) / members.length;
    }),
  );
  return {
    op: 'cellMeans',
    name,
    inputs: { value },
    attributes: { edgeVoxels },
    expected: { mean },
    gpu: rounding,
  };
}

/** Every displacement of a window, x fastest. */
function windowOf([rx = 0, ry = 0, rz = 0]: readonly number[]): readonly (readonly number[])[] {
  const run = (r: number) => Array.from({ length: 2 * r + 1 }, (_, k) => k - r);
  return run(rz).flatMap((z) => run(ry).flatMap((y) => run(rx).map((x) => [x, y, z])));
}

/** Costs by their definition, voxel by voxel. */
function costsOf(
  grid: Grid,
  inputs: Readonly<Record<'fixed' | 'moving' | 'fixedWeight' | 'movingWeight', CaseValue>>,
  unknown: number,
  displacements: readonly (readonly number[])[],
): readonly Float64Array[] {
  const [nx, ny, nz] = grid.sizeVoxels;
  return displacements.map(([dx = 0, dy = 0, dz = 0]) => {
    const cost = (i: number): number => {
      const x = (i % nx) + dx;
      const y = (Math.floor(i / nx) % ny) + dy;
      const z = Math.floor(i / (nx * ny)) + dz;
      const isInside = x >= 0 && y >= 0 && z >= 0 && x < nx && y < ny && z < nz;
      const other = x + nx * (y + ny * z);
      const seen = isInside ? inputs.movingWeight.planes[0]![other]! : 0;
      const apart = isInside
        ? inputs.fixed.planes.reduce(
            (sum, plane, c) => sum + (plane[i]! - inputs.moving.planes[c]![other]!) ** 2,
            0,
          )
        : 0;
      return inputs.fixedWeight.planes[0]![i]! * (seen * apart + (1 - seen) * unknown);
    };
    const once = windowMeans(grid, 1, cost);
    return windowMeans(grid, 1, (i) => once[i]!);
  });
}

function costCase(
  name: string,
  grid: Grid,
  window: { readonly reach: readonly number[]; readonly first: number; readonly count: number },
): OpCase {
  const inputs = {
    fixed: randomField(grid, 5, 81),
    moving: randomField(grid, 5, 82),
    fixedWeight: weightOn(grid, 83),
    movingWeight: weightOn(grid, 84),
  };
  const run = windowOf(window.reach).slice(window.first, window.first + window.count);
  return {
    op: 'displacementCosts',
    name,
    inputs: { ...inputs, unknown: scalars(1.7) },
    attributes: window,
    expected: { costs: costsOf(grid, inputs, 1.7, run) },
    gpu: rounding,
  };
}

/** The best of a run and of what was kept before. */
function bestCase(name: string, begins: boolean, costs: CaseValue): OpCase {
  const grid = obliqueGrid;
  const window = { reach: [1, 2, 1], first: 7, count: 20 };
  const coupling = [0.02, 0.03, 0.05];
  const inputs = {
    costs,
    towards: randomField(grid, 3, 92, 2),
    lowest: randomField(grid, 1, 93, 0.5, 0.4),
    displacement: fieldOf(
      grid,
      () => 1,
      () => -2,
      () => 0,
    ),
  };
  const run = windowOf(window.reach).slice(window.first, window.first + window.count);
  const found = Array.from({ length: voxelCount(grid) }, (_, i) => {
    const kept = begins
      ? []
      : [{ cost: inputs.lowest.planes[0]![i]!, d: inputs.displacement.planes.map((p) => p[i]!) }];
    const tried = run.map((d, k) => ({
      d,
      cost: d.reduce(
        (sum, v, axis) => sum + coupling[axis]! * (v - inputs.towards.planes[axis]![i]!) ** 2,
        inputs.costs.planes[k]![i]!,
      ),
    }));
    return [...kept, ...tried].reduce((a, c) => (c.cost < a.cost ? c : a));
  });
  return {
    op: 'bestDisplacement',
    name,
    inputs,
    attributes: { ...window, coupling, begins },
    expected: {
      lowest: [found.map(({ cost }) => cost)],
      displacement: [0, 1, 2].map((axis) => found.map(({ d }) => d[axis]!)),
    },
    gpu: rounding,
  };
}

const nothing = fieldOf(obliqueGrid, ...Array.from({ length: 45 }, () => () => 0));

export const cases: readonly OpCase[] = [
  cellCase('cells that end at the border and beyond', obliqueGrid, [3, 2, 4]),
  cellCase('one slice', oneSliceGrid, [2, 3, 1]),
  costCase('a run of a window that is another along each axis', obliqueGrid, {
    reach: [2, 1, 1],
    first: 4,
    count: 31,
  }),
  costCase('one slice', oneSliceGrid, { reach: [1, 2, 0], first: 0, count: 15 }),
  bestCase('the first run', true, randomField(obliqueGrid, 20, 91)),
  bestCase('a later run', false, randomField(obliqueGrid, 20, 95)),
  {
    op: 'bestDisplacement',
    name: 'of equal ones the shortest',
    inputs: {
      costs: nothing,
      towards: fieldOf(obliqueGrid, ...[0, 1, 2].map(() => () => 0)),
      lowest: randomField(obliqueGrid, 1, 94),
      displacement: fieldOf(obliqueGrid, ...[0, 1, 2].map(() => () => 2)),
    },
    attributes: { reach: [1, 2, 1], first: 0, count: 45, coupling: [0, 0, 0], begins: true },
    expected: {
      lowest: [new Float64Array(210)],
      displacement: [0, 1, 2].map(() => new Float64Array(210)),
    },
    gpu: rounding,
  },
];

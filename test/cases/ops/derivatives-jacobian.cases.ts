import { applyMatrix, determinant, type Matrix3x4, type Vec3 } from '../../../src/imaging/frames';
import { axisAlignedGrid, type Grid, voxelFromWorld } from '../../../src/imaging/grid';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  randomField,
  scalars,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const gpu = {
  absolute: 1e-5,
  relative: 1e-5,
  because: 'differences of float32 displacements of a few mm, over a voxel of about 1 mm',
} as const;
const onHost = { absolute: 1e-6, relative: 1e-6, because: 'computed on the host' } as const;

/** Neither orthogonal nor along the world's axes. */
const shearedGrid: Grid = {
  sizeVoxels: [5, 4, 3],
  // biome-ignore format: rows of a matrix
  worldFromVoxel: [
    1.1, 0.3, -0.2, 4,
    -0.1, 0.9, 0.4, -7,
    0.2, -0.3, 2.1, 1,
  ] as unknown as Grid['worldFromVoxel'],
};
/** Axes of two voxels have one-sided differences only. */
const pairsGrid = axisAlignedGrid([2, 5, 2], [0.9, 1.3, 2], [1, 2, 3]);

// biome-ignore format: rows of a matrix
const gradient: Matrix3x4 = [
  0.1, -0.3, 0.05, 1,
  0.2, -0.15, 0.1, -2,
  -0.08, 0.12, 0.2, 0.5,
];
const affine = scalars(1.02, 0.05, -0.03, 0.4, -0.04, 0.97, 0.06, -0.3, 0.02, -0.05, 1.03, 0.2);
const affineMatrix = [...affine.planes[0]!] as unknown as Matrix3x4;

/** A displacement in mm from a function of the voxel. */
function displacementOf(grid: Grid, f: (voxel: Vec3) => Vec3): CaseValue {
  return fieldOf(
    grid,
    (...voxel) => f(voxel)[0],
    (...voxel) => f(voxel)[1],
    (...voxel) => f(voxel)[2],
  );
}

/** u(x) = G·x + t in the world: its Jacobian is I + G everywhere, at the border too. */
function linear(grid: Grid, m: Matrix3x4): CaseValue {
  return displacementOf(grid, (voxel) => applyMatrix(m, applyMatrix(grid.worldFromVoxel, voxel)));
}

function withIdentity(m: Matrix3x4): Matrix3x4 {
  return m.map((v, i) => v + (i % 5 === 0 ? 1 : 0)) as unknown as Matrix3x4;
}

function constant(grid: Grid, value: number): Float64Array {
  return new Float64Array(grid.sizeVoxels.reduce((product, n) => product * n)).fill(value);
}

/** det(A·(I + D·S)), axis by axis from the definition. */
function determinants(u: CaseValue, grid: Grid, left: Matrix3x4): Float64Array {
  const size = grid.sizeVoxels;
  const strides = [1, size[0], size[0] * size[1]];
  const s = voxelFromWorld(grid);
  return constant(grid, 0).map((_, i) => {
    const jacobian = [0, 1, 2].flatMap((row) => {
      const perVoxel = strides.map((stride, axis) => {
        const position = Math.floor(i / stride) % size[axis]!;
        const low = Math.max(position - 1, 0);
        const high = Math.min(position + 1, size[axis]! - 1);
        if (low === high) return 0;
        const plane = u.planes[row]!;
        const at = (place: number): number => plane[i + (place - position) * stride]!;
        return (at(high) - at(low)) / (high - low);
      });
      const perMm = [0, 1, 2].map((column) =>
        perVoxel.reduce((sum, d, axis) => sum + d * s[axis * 4 + column]!, 0),
      );
      return [...perMm.map((d, column) => d + (row === column ? 1 : 0)), 0];
    });
    return determinant(left) * determinant(jacobian as unknown as Matrix3x4);
  });
}

const identity: Matrix3x4 = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
const isBorder = (v: number, n: number): boolean => v === 0 || v === n - 1;
const random = randomField(obliqueGrid, 3, 141, 0.6);
const randomPairs = randomField(pairsGrid, 3, 142, 0.6);

/** Mean and standard deviation (of all, not of a sample). */
function moments(values: readonly number[]): [mean: number, deviation: number] {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return [mean, Math.sqrt(squares / values.length)];
}

const inner = [0.5, 1, 2, -0.25, 0, 4, 1, 0.5, 3, 1, 1, 1, 2, 2, 5, 0.1, 1, 1, 1, 1];
/** 7×6×5 with the twenty numbers at x 1…5, y 1…4 of every inner slice, far ones on the border. */
const withBorder = fieldOf(obliqueGrid, (x, y, z) =>
  isBorder(x, 7) || isBorder(y, 6) || isBorder(z, 5) ? -100 : inner[x - 1 + 5 * (y - 1)]!,
);
const positive = inner.filter((v) => v > 0);

/** Six voxels along x, of which two are left in the middle. */
const cubeGrid = axisAlignedGrid([6, 5, 5], [1, 1, 1]);
const wideGrid = axisAlignedGrid([7, 7, 7], [2, 2, 2]);

/** What is inside out about a voxel that moved by 1.5 voxels along x, voxel by voxel from the definition. */
function jumped(): number[] {
  const at = (x: number, y: number, z: number): Vec3 =>
    x === 3 && y === 3 && z === 3 ? [4.5, 3, 3] : [x, y, z];
  const corners = [-1, 1].flatMap((a) => [-1, 1].flatMap((b) => [-1, 1].map((c) => [a, b, c])));
  const edges = [
    ...corners.map(([a, b, c]) => ({
      sign: a! * b! * c!,
      by: [
        [a, 0, 0],
        [0, b, 0],
        [0, 0, c],
      ],
    })),
    {
      sign: 1,
      by: [
        [-1, -1, 0],
        [-1, 0, -1],
        [0, -1, -1],
      ],
    },
    {
      sign: 1,
      by: [
        [1, 1, 0],
        [0, 1, 1],
        [1, 0, 1],
      ],
    },
  ];
  let [volume, voxels] = [0, 0];
  for (let z = 1; z < 6; z += 1)
    for (let y = 1; y < 6; y += 1)
      for (let x = 1; x < 6; x += 1) {
        const from = at(x, y, z);
        const inside = edges.map(({ sign, by }) => {
          const m = by.flatMap(([a, b, c]) => {
            const to = at(x + a!, y + b!, z + c!);
            return [to[0] - from[0], to[1] - from[1], to[2] - from[2], 0];
          });
          return Math.max(0, -sign * determinant(m as unknown as Matrix3x4)) / 12;
        });
        const sum = inside.reduce((all, one) => all + one, 0);
        volume += sum;
        if (sum > 0) voxels += 1;
      }
  return [(100 * volume) / 125, (100 * voxels) / 125];
}

export const cases: readonly OpCase[] = [
  {
    op: 'jacobianDeterminant',
    name: 'a linear displacement on a sheared grid, with an affine',
    inputs: { displacement: linear(shearedGrid, gradient), affine },
    expected: {
      determinant: [
        constant(shearedGrid, determinant(affineMatrix) * determinant(withIdentity(gradient))),
      ],
    },
    gpu,
  },
  {
    op: 'jacobianDeterminant',
    name: 'a mirror image has the determinant −1',
    inputs: { displacement: linear(obliqueGrid, [-2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) },
    expected: { determinant: [constant(obliqueGrid, -1)] },
    gpu,
  },
  {
    op: 'jacobianDeterminant',
    name: 'no displacement keeps every volume',
    inputs: { displacement: randomField(obliqueGrid, 3, 143, 0) },
    expected: { determinant: [constant(obliqueGrid, 1)] },
    gpu,
  },
  {
    op: 'jacobianDeterminant',
    name: 'one slice: areas in the plane, whatever points across',
    inputs: {
      displacement: displacementOf(oneSliceGrid, ([x, y]) => {
        const m = oneSliceGrid.worldFromVoxel;
        const moved = applyMatrix(m, [0.1 * x + 0.05 * y, -0.2 * y, 0.3 * x]);
        return [moved[0] - m[3], moved[1] - m[7], moved[2] - m[11]];
      }),
    },
    expected: { determinant: [constant(oneSliceGrid, 1.1 * 0.8)] },
    gpu,
  },
  {
    op: 'jacobianDeterminant',
    name: 'a rough displacement on an oblique grid, folds included',
    inputs: { displacement: random },
    expected: { determinant: [determinants(random, obliqueGrid, identity)] },
    gpu,
  },
  {
    op: 'jacobianDeterminant',
    name: 'axes of two voxels, with an affine',
    inputs: { displacement: randomPairs, affine },
    expected: { determinant: [determinants(randomPairs, pairsGrid, affineMatrix)] },
    gpu,
  },
  {
    op: 'jacobianReport',
    name: 'two of twenty voxels at or below zero; the border does not count',
    inputs: { determinant: withBorder },
    expected: {
      report: [
        [
          -0.25,
          10,
          moments(positive.map(Math.log))[1],
          moments(inner)[0],
          // Two voxels from the border: y 2 and 3, x 2 to 4, of one slice.
          moments([6, 7, 8, 11, 12, 13].map((i) => Math.log(inner[i]! + 3)))[1],
        ],
      ],
    },
    gpu: onHost,
  },
  {
    op: 'jacobianReport',
    name: 'one slice counts, its border does not',
    inputs: {
      determinant: fieldOf(oneSliceGrid, (x, y) =>
        isBorder(x, 9) || isBorder(y, 7) ? -3 : Math.exp(x % 2 === 0 ? 0.2 : -0.2),
      ),
    },
    expected: {
      report: [
        [
          Math.exp(-0.2),
          0,
          moments([1, 2, 3, 4, 5, 6, 7].map((x) => (x % 2 === 0 ? 0.2 : -0.2)))[1],
          (3 * Math.exp(0.2) + 4 * Math.exp(-0.2)) / 7,
          moments([2, 3, 4, 5, 6].map((x) => Math.log(3 + Math.exp(x % 2 === 0 ? 0.2 : -0.2))))[1],
        ],
      ],
    },
    gpu: onHost,
  },
  {
    op: 'jacobianReport',
    name: 'folded everywhere, axes of two voxels kept whole',
    inputs: { determinant: fieldOf(pairsGrid, (x) => (x === 0 ? -2 : -1)) },
    expected: { report: [[-2, 100, 0, -1.5, -1]] },
    gpu: onHost,
  },
  {
    op: 'jacobianReport',
    name: 'what Learn2Reg clips: folds deeper than −3, and volumes beyond 1e9',
    inputs: { determinant: fieldOf(cubeGrid, (x) => (x === 2 ? -7 : x === 3 ? 1e12 : 1)) },
    expected: {
      report: [
        [
          -7,
          100 / 4,
          moments([0, Math.log(1e12), 0])[1],
          moments([1, -7, 1e12, 1])[0],
          moments([Math.log(1e-9), Math.log(1e9)])[1],
        ],
      ],
    },
    gpu: onHost,
  },
  {
    op: 'nonDiffeomorphicReport',
    name: 'a linear displacement folds nothing, with an affine',
    inputs: { displacement: linear(obliqueGrid, gradient), affine },
    expected: { report: [[0, 0]] },
    gpu: onHost,
  },
  {
    op: 'nonDiffeomorphicReport',
    name: 'a mirror image that doubles an axis folds twice the whole',
    inputs: { displacement: linear(obliqueGrid, [-3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) },
    expected: { report: [[200, 100]] },
    expectedTolerance: 1e-8,
    gpu: onHost,
  },
  {
    op: 'nonDiffeomorphicReport',
    name: 'a mirror image in one slice',
    inputs: {
      displacement: displacementOf(oneSliceGrid, ([x]) => {
        const m = oneSliceGrid.worldFromVoxel;
        const moved = applyMatrix(m, [-2 * x, 0, 0]);
        return [moved[0] - m[3], moved[1] - m[7], moved[2] - m[11]];
      }),
    },
    expected: { report: [[100, 100]] },
    expectedTolerance: 1e-8,
    gpu: onHost,
  },
  {
    op: 'nonDiffeomorphicReport',
    name: 'one voxel that jumps over its neighbour: what no central difference sees',
    inputs: {
      displacement: displacementOf(wideGrid, ([x, y, z]) =>
        x === 3 && y === 3 && z === 3 ? [3, 0, 0] : [0, 0, 0],
      ),
    },
    expected: { report: [jumped()] },
    gpu: onHost,
  },
  {
    op: 'nonDiffeomorphicReport',
    name: 'nothing is left of two voxels',
    inputs: { displacement: randomPairs },
    expected: { report: [[-1, -1]] },
    gpu: onHost,
  },
];

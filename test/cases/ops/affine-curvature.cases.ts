import { applyMatrix, invertMatrix, type Matrix3x4, type Vec3 } from '../../../src/imaging/frames';
import type { Grid } from '../../../src/imaging/grid';
import {
  obliqueGrid,
  oneSliceGrid,
  randomField,
  scalars,
  turnedGrid,
  weightOn,
} from '../../support/case-values';
import type { OpCase } from '../../support/op-case';
import { affineOf, identity, slice } from './affine.cases';

const rounding = {
  absolute: 1e-6,
  relative: 2e-4,
  because: 'sums of products of four float32 numbers, of which some are small differences',
} as const;

type Matrix = readonly (readonly number[])[];

const source = turnedGrid([8, 9, 6], [1.4, 0.9, 2.1], [1, -6, 3]);
const afterModel = [0.96, 0.11, -0.05, 4, -0.08, 1.03, 0.09, -7, 0.02, -0.06, 1.1, 2];

/** What the numbers of each freedom are among the twelve. */
const completed = {
  translation: (p: readonly number[]) => [0, 0, 0, ...p.slice(3, 6), 0, 0, 0, 0, 0, 0],
  rigid: (p: readonly number[]) => [...p, 0, 0, 0, 0, 0, 0],
  similarity: (p: readonly number[]) => [...p.slice(0, 6), p[6]!, p[6]!, p[6]!, 0, 0, 0],
  affine: (p: readonly number[]) => p,
} as const;

const inPlane = (p: readonly number[]): readonly number[] =>
  p.map((v, i) => ([2, 3, 4, 6, 7, 9].includes(i) ? v : 0));

interface Situation {
  readonly freedom: keyof typeof completed;
  readonly grid: Grid;
  readonly parameters: readonly number[];
  readonly initial?: readonly number[];
}

/**
 * 2·factor·mean of weight · JJᵀ from the map itself: where it takes each point when a parameter is a little more or less, along the
 * slope of the image there.
 */
function curvatureCase(name: string, { freedom, grid, parameters, initial }: Situation): OpCase {
  const isFlat = grid.sizeVoxels[2] === 1;
  const m = grid.worldFromVoxel;
  const normal = isFlat ? slice([m[2], m[6], m[10]]) : undefined;
  const centre = applyMatrix(m, grid.sizeVoxels.map((n) => (n - 1) / 2) as unknown as Vec3);
  const radiusMm = 6.5;
  const derivative = randomField(grid, 3, 31);
  const weight = weightOn(grid, 32);
  const mapOf = (p: readonly number[]): readonly number[] => {
    const all = completed[freedom](p);
    return affineOf(isFlat ? inPlane(all) : all, centre, radiusMm, normal?.axes ?? identity);
  };
  const toSource = invertMatrix(source.worldFromVoxel);
  const land = (p: readonly number[], point: Vec3): Vec3 => {
    const model = applyMatrix(mapOf(p) as unknown as Matrix3x4, point);
    const world = initial ? applyMatrix(initial as unknown as Matrix3x4, model) : model;
    return applyMatrix(toSource, world);
  };
  const factor = 1.7;
  const count = parameters.length;
  const matrix: number[] = new Array<number>(count * count).fill(0);
  const [nx, ny, nz] = grid.sizeVoxels;
  for (let i = 0; i < nx * ny * nz; i += 1) {
    const voxel: Vec3 = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
    const point = applyMatrix(m, voxel);
    const slopes = parameters.map((_, k) => {
      const moved = (by: number) =>
        land(
          parameters.map((v, j) => (j === k ? v + by : v)),
          point,
        );
      const [ahead, behind] = [moved(1e-4), moved(-1e-4)];
      return derivative.planes.reduce(
        (sum, plane, axis) => sum + (plane[i]! * (ahead[axis]! - behind[axis]!)) / 2e-4,
        0,
      );
    });
    slopes.forEach((a, row) => {
      slopes.forEach((b, column) => {
        matrix[row * count + column]! +=
          (2 * factor * weight.planes[0]![i]! * a * b) / (nx * ny * nz);
      });
    });
  }
  return {
    op: 'affineCurvature',
    name,
    inputs: {
      derivative,
      weight,
      parameters: scalars(...parameters),
      factor: scalars(factor),
      ...(initial && { initial: scalars(...initial) }),
    },
    attributes: {
      freedom,
      centreMm: [...centre],
      radiusMm,
      sliceNormal: normal?.normal ?? [],
      sourceWorldFromVoxel: [...source.worldFromVoxel],
    },
    expected: { matrix: [matrix] },
    expectedTolerance: 1e-6,
    gpu: rounding,
  };
}

const gentle = [0.6, -0.4, 0.3, 0.5, -0.8, 0.2, 0.4, -0.6, 0.3, 0.2, -0.5, 0.7];
const wild = [9, -7, 11, 4, -3, 1, 2, -2.5, 1.5, 2, -1.7, 1.8];

/** A step along H·x = −g where the entries of x are chosen. */
function stepCase(name: string, matrix: Matrix, step: readonly number[], damping: number): OpCase {
  const gradient = matrix.map(
    (row, i) => -row.reduce((sum, v, j) => sum + (i === j ? (1 + damping) * v : v) * step[j]!, 0),
  );
  return {
    op: 'dampedStep',
    name,
    inputs: {
      matrix: scalars(...matrix.flat()),
      gradient: scalars(...gradient),
      damping: scalars(damping),
    },
    expected: { step: [step] },
    gpu: { absolute: 1e-5, relative: 1e-4, because: 'elimination in float32' },
  };
}

/** AᵀA + diagonal, of numbers that differ by orders of magnitude, with rows and columns of zeros where told. */
function matrixOf(count: number, units: readonly number[], gaps: readonly number[] = []): Matrix {
  const a = Array.from({ length: count }, (_, i) =>
    Array.from({ length: count }, (__, j) => Math.sin(7 * i + 3 * j + i * j)),
  );
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: count }, (__, j) => {
      if (gaps.includes(i) || gaps.includes(j)) return 0;
      const product = a.reduce((sum, row) => sum + row[i]! * row[j]!, i === j ? 1 : 0);
      return product * units[i % units.length]! * units[j % units.length]!;
    }),
  );
}

export const cases: readonly OpCase[] = [
  curvatureCase('affine, on an oblique grid', {
    freedom: 'affine',
    grid: obliqueGrid,
    parameters: gentle,
  }),
  curvatureCase('affine, after more than half a turn, with an affine after it', {
    freedom: 'affine',
    grid: obliqueGrid,
    parameters: wild.map((v) => 1.4 * v),
    initial: afterModel,
  }),
  curvatureCase('rigid, with an affine after it', {
    freedom: 'rigid',
    grid: obliqueGrid,
    parameters: wild.slice(0, 6),
    initial: afterModel,
  }),
  curvatureCase('similarity', {
    freedom: 'similarity',
    grid: obliqueGrid,
    parameters: gentle.slice(0, 7),
  }),
  curvatureCase('translation: its turns have no effect', {
    freedom: 'translation',
    grid: obliqueGrid,
    parameters: gentle.slice(0, 6),
  }),
  curvatureCase('affine, in one slice', {
    freedom: 'affine',
    grid: oneSliceGrid,
    parameters: gentle,
  }),
  curvatureCase('several chunks', {
    freedom: 'affine',
    grid: turnedGrid([19, 17, 13], [1.2, 0.8, 1.5], [-12, -7, 2]),
    parameters: gentle,
  }),
  stepCase('six parameters without damping', matrixOf(6, [1]), [1, -2, 0.5, 3, -1, 0.25], 0),
  stepCase(
    'twelve parameters of other units, damped',
    matrixOf(12, [1e-4, 20, 0.3]),
    [500, 0.01, 2, -300, 0.03, 1, 100, -0.02, 4, -800, 0.04, -3],
    0.01,
  ),
  stepCase('some without effect stay', matrixOf(6, [1, 3], [0, 1, 5]), [0, 0, 2, 1, -4, 0], 0.1),
  stepCase('nothing has an effect', matrixOf(3, [1], [0, 1, 2]), [0, 0, 0], 0.01),
  // The second says what the first does: it stays, and the first goes alone.
  stepCase(
    'two that say the same',
    [
      [4, 4],
      [4, 4],
    ],
    [-2, 0],
    0,
  ),
];

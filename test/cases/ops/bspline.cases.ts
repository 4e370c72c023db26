import { applyMatrix, type Vec3 } from '../../../src/imaging/frames';
import type { Grid } from '../../../src/imaging/grid';
import { gridAttributes } from '../../../src/runtime/ops/grid-attributes';
import { fieldOf, oneSliceGrid, randomField, scalars, turnedGrid } from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

/** Where the voxels of a grid lie among the control points, by axis: at `ratio · index + offset`. */
interface Among {
  readonly grid: Grid;
  readonly controls: Vec3;
  readonly ratio: Vec3;
  readonly offset: Vec3;
}

/** Control points along the axes of a grid. */
function controlGrid({ grid, controls, ratio, offset }: Among): Grid {
  const first = offset.map((o, axis) => -o / ratio[axis]!) as unknown as Vec3;
  const origin = applyMatrix(grid.worldFromVoxel, first);
  const worldFromVoxel = grid.worldFromVoxel.map((value, i) =>
    i % 4 === 3 ? origin[(i - 3) / 4]! : value / ratio[i % 4]!,
  ) as unknown as Grid['worldFromVoxel'];
  return { sizeVoxels: controls, worldFromVoxel };
}

/** B-splines by the recursion of Cox and de Boor, on whole knots from 0 on. */
function bSpline(degree: number, t: number): number {
  if (degree === 0) return t >= 0 && t < 1 ? 1 : 0;
  return (t * bSpline(degree - 1, t) + (degree + 1 - t) * bSpline(degree - 1, t - 1)) / degree;
}

/** The spline at every voxel, shifted by some of them, as a sum over all control points. */
function splineAt(
  { grid, controls, ratio, offset }: Among,
  { planes }: CaseValue,
  shift: Vec3 = [0, 0, 0],
): Float64Array[] {
  const weights = [0, 1, 2].map((axis) =>
    Array.from({ length: grid.sizeVoxels[axis]! }, (_, i) =>
      Array.from({ length: controls[axis]! }, (__, k) =>
        controls[axis] === 1
          ? 1
          : bSpline(3, ratio[axis]! * (i + shift[axis]!) + offset[axis]! - k + 2),
      ),
    ),
  );
  return planes.map((plane) => {
    const { planes: found } = fieldOf(grid, (x, y, z) => {
      let sum = 0;
      plane.forEach((c, i) => {
        const [kx, ky] = [i % controls[0], Math.floor(i / controls[0]) % controls[1]];
        const kz = Math.floor(i / (controls[0] * controls[1]));
        sum += c * weights[0]![x]![kx]! * weights[1]![y]![ky]! * weights[2]![z]![kz]!;
      });
      return sum;
    });
    return found[0]!;
  });
}

const gpu = {
  absolute: 3e-5,
  relative: 1e-5,
  because: 'positions among the control points are rounded to float32',
} as const;

const situations: readonly (Among & { readonly name: string })[] = [
  {
    name: 'oblique, several voxels a control point, not a whole number of them',
    grid: turnedGrid([21, 6, 9], [1.2, 0.8, 2.5], [3, -4, 5]),
    controls: [8, 5, 7],
    ratio: [0.21, 0.31, 0.4],
    offset: [1.3, 1.05, 1.2],
  },
  {
    name: 'one slice, and control points closer than voxels',
    grid: oneSliceGrid,
    controls: [7, 13, 1],
    ratio: [0.45, 1.5, 1],
    offset: [1.2, 1.25, 0],
  },
  {
    name: 'a grid that reaches beyond its control points',
    grid: turnedGrid([5, 4, 5], [1, 1, 2], [0, 0, 0]),
    controls: [4, 5, 4],
    ratio: [1.1, 1.7, 0.9],
    offset: [-1.2, -2.1, 0.3],
  },
];

const shift = [0.31, -0.47, 0.5] as const;

const shifted: readonly OpCase[] = situations.slice(0, 2).flatMap(({ name, ...among }, index) => {
  const control = controlGrid(among);
  const coefficients = randomField(control, 3, 720 + index);
  return [
    {
      op: 'splineField',
      name: `shifted: ${name}`,
      inputs: { coefficients, shift: scalars(...shift) },
      attributes: gridAttributes(among.grid),
      expected: { field: splineAt(among, coefficients, shift) },
      expectedTolerance: 1e-8,
      gradientOf: ['coefficients'],
      gpu,
    },
    {
      op: 'splineFieldTransposed',
      name: `shifted: ${name}`,
      inputs: { field: randomField(among.grid, 3, 730 + index), shift: scalars(...shift) },
      attributes: gridAttributes(control),
      gradientOf: ['field'],
      gpu,
    },
  ];
});

const spanned: readonly OpCase[] = situations.flatMap(({ name, ...among }, index) => {
  const control = controlGrid(among);
  const coefficients = randomField(control, 3, 700 + index);
  return [
    {
      op: 'splineField',
      name,
      inputs: { coefficients },
      attributes: gridAttributes(among.grid),
      expected: { field: splineAt(among, coefficients) },
      // A grid is a matrix in mm: positions come back from it with a few roundings.
      expectedTolerance: 1e-8,
      gradientOf: ['coefficients'],
      gpu,
    },
    {
      op: 'splineFieldTransposed',
      name,
      inputs: { field: randomField(among.grid, 3, 710 + index) },
      attributes: gridAttributes(control),
      gradientOf: ['field'],
      gpu,
    },
  ];
});

/** One voxel: nothing has a derivative, and the one coefficient is the value. */
const single = turnedGrid([1, 1, 1], [1, 2, 3], [1, 2, 3]);
const one = randomField(single, 3, 731);

/** Coarse control points and those of half the spacing, about one middle. */
const subdivided = {
  grid: turnedGrid([7, 9, 1], [2, 1.5, 4], [1, 2, 3]),
  controls: [5, 7, 1],
  ratio: [0.5, 0.5, 1],
  offset: [0.5, 1, 0],
} as const;
const coarse = randomField(controlGrid(subdivided), 3, 721);

/** Along an axis of `from` coefficients: (1 6 1)/8 at a point, (1 1)/2 between two. */
function subdividedOnce(shift: number): (k: number, from: number) => number {
  return (k, from) => {
    const distance = Math.abs((k + shift) / 2 - from);
    return [0.75, 0.5, 0.125][Math.round(2 * distance)] ?? 0;
  };
}

function subdividedPlanes(): Float64Array[] {
  const [alongX, alongY] = [subdividedOnce(1), subdividedOnce(2)];
  return coarse.planes.map((plane) => {
    const { planes } = fieldOf(subdivided.grid, (x, y) =>
      plane.reduce((sum, c, i) => sum + c * alongX(x, i % 5) * alongY(y, Math.floor(i / 5)), 0),
    );
    return planes[0]!;
  });
}

/** One knot interval along x and along y, two voxels each: the element matrices of cubic B-splines. */
const element: Among = {
  grid: turnedGrid([2, 2, 1], [1.5, 1, 3], [0, 0, 0]),
  controls: [4, 4, 1],
  ratio: [0.5, 0.5, 1],
  offset: [1.25, 1.25, 0],
};
const elementMatrices: readonly (readonly [by: number, rows: readonly (readonly number[])[]])[] = [
  [
    5040,
    [
      [20, 129, 60, 1],
      [129, 1188, 933, 60],
      [60, 933, 1188, 129],
      [1, 60, 129, 20],
    ],
  ],
  [
    120,
    [
      [6, 7, -12, -1],
      [7, 34, -29, -12],
      [-12, -29, 34, 7],
      [-1, -12, 7, 6],
    ],
  ],
  [
    6,
    [
      [2, -3, 0, 1],
      [-3, 6, -3, 0],
      [0, -3, 6, -3],
      [1, 0, -3, 2],
    ],
  ],
];

function elementGrams(spacingMm: number): number[] {
  return elementMatrices.flatMap(([by, rows], m) =>
    rows.flatMap((row, i) =>
      [-3, -2, -1, 0, 1, 2, 3].map((d) => (row[i + d] ?? 0) / by / spacingMm ** (2 * m)),
    ),
  );
}

/** A box that ends within knot intervals. */
const bent: Among = {
  grid: turnedGrid([9, 7, 8], [1.2, 0.8, 2.5], [3, -4, 5]),
  controls: [6, 7, 6],
  ratio: [0.3, 0.5, 0.35],
  offset: [1.3, 1.6, 1.25],
};
const bentSlice: Among = {
  grid: oneSliceGrid,
  controls: [7, 6, 1],
  ratio: [0.4, 0.4, 1],
  offset: [1.5, 1.4, 0],
};

function boxAttributes(among: Among) {
  const control = gridAttributes(controlGrid(among));
  return {
    ...gridAttributes(among.grid),
    controlSize: control.size,
    worldFromControl: control.worldFromVoxel,
  };
}

/** Mean of tⁿ over what the voxels fill along an axis. */
function meanPower({ grid, ratio, offset }: Among, axis: 0 | 1 | 2, n: number): number {
  const begin = offset[axis] - ratio[axis] / 2;
  const end = begin + grid.sizeVoxels[axis] * ratio[axis];
  return (end ** (n + 1) - begin ** (n + 1)) / ((n + 1) * (end - begin));
}

/**
 * Coefficients that are polynomials of their indices make polynomials of place: k² gives t² + 1/3, k³ gives t³ + t,
 * and products of them products.
 */
function bendingOfPolynomials(among: Among): { coefficients: CaseValue; energy: number } {
  const coefficients = fieldOf(
    controlGrid(among),
    (x, y, z) => 5 + x - 2 * y + 0.3 * x * x - 0.2 * x * z,
    (x, y) => 0.05 * y ** 3 + 2 * x,
    (x, y, z) => 0.1 * x * y * z,
  );
  const spacing = ([0, 1, 2] as const).map((axis) => {
    const m = among.grid.worldFromVoxel;
    return Math.hypot(m[axis], m[4 + axis]!, m[8 + axis]!) / among.ratio[axis];
  }) as unknown as Vec3;
  const [sx, sy, sz] = spacing;
  const t2 = ([0, 1, 2] as const).map((axis) => meanPower(among, axis, 2)) as unknown as Vec3;
  const first = (0.6 / sx ** 2) ** 2 + 2 * (0.2 / (sx * sz)) ** 2;
  const second = (0.3 / sy ** 2) ** 2 * t2[1];
  const third =
    2 * 0.1 ** 2 * (t2[2] / (sx * sy) ** 2 + t2[1] / (sx * sz) ** 2 + t2[0] / (sy * sz) ** 2);
  return { coefficients, energy: first + second + third };
}

/** The tables that the op is given, from the definition: a sum over many points of each voxel. */
function sampledGrams(among: Among): CaseValue {
  const steps = 400;
  const numbers = ([0, 1, 2] as const).flatMap((axis) => {
    const [n, count] = [among.grid.sizeVoxels[axis], among.controls[axis]];
    const [ratio, offset] = [among.ratio[axis], among.offset[axis]];
    const m = among.grid.worldFromVoxel;
    const spacing = Math.hypot(m[axis]!, m[4 + axis]!, m[8 + axis]!) / ratio;
    const derivative = (order: number, t: number): number =>
      order === 0
        ? bSpline(3, t)
        : order === 1
          ? bSpline(2, t) - bSpline(2, t - 1)
          : bSpline(1, t) - 2 * bSpline(1, t - 1) + bSpline(1, t - 2);
    return [0, 1, 2].flatMap((order) =>
      Array.from({ length: count }, (_, i) =>
        [-3, -2, -1, 0, 1, 2, 3].map((d) => {
          if (count === 1) return order === 0 && d === 0 ? 1 : 0;
          if (i + d < 0 || i + d >= count) return 0;
          let sum = 0;
          for (let s = 0; s < n * steps; s += 1) {
            const t = offset + ratio * ((s + 0.5) / steps - 0.5) + 2;
            sum += derivative(order, t - i) * derivative(order, t - i - d);
          }
          return sum / (n * steps) / spacing ** (2 * order);
        }),
      ).flat(),
    );
  });
  return scalars(...numbers);
}

const polynomials = bendingOfPolynomials(bent);

export const cases: readonly OpCase[] = [
  ...spanned,
  ...shifted,
  {
    op: 'splineField',
    name: 'one voxel',
    inputs: { coefficients: one },
    attributes: gridAttributes(single),
    expected: { field: one.planes },
    gpu,
  },
  {
    op: 'subdivideSpline',
    name: 'one slice, anisotropic: half the spacing',
    inputs: { coefficients: coarse },
    attributes: gridAttributes(subdivided.grid),
    expected: { coefficients: subdividedPlanes() },
    gpu: { absolute: 1e-6, relative: 1e-6, because: 'sums of up to nine products' },
  },
  {
    op: 'splineGrams',
    name: 'one knot interval: the element matrices of cubic B-splines',
    inputs: {},
    attributes: boxAttributes(element),
    expected: {
      grams: [[...elementGrams(3), ...elementGrams(2), 0, 0, 0, 1, ...new Array(17).fill(0)]],
    },
    gpu: {
      absolute: 1e-6,
      relative: 1e-6,
      because: 'the host computes it from float32 parameters',
    },
  },
  {
    op: 'splineGrams',
    name: 'a box that ends within knot intervals',
    inputs: {},
    attributes: boxAttributes(bent),
    expected: { grams: sampledGrams(bent).planes },
    // The reference is a sum over points in the middle of small steps.
    expectedTolerance: 2e-6,
    gpu: {
      absolute: 1e-6,
      relative: 1e-6,
      because: 'the host computes it from float32 parameters',
    },
  },
  {
    op: 'splineBending',
    name: 'polynomials, a box that ends within knot intervals',
    inputs: { coefficients: polynomials.coefficients, grams: sampledGrams(bent) },
    expected: { energy: [[polynomials.energy]] },
    expectedTolerance: 1e-4 * polynomials.energy,
    gpu: {
      absolute: 2e-4 * polynomials.energy,
      relative: 1e-4,
      because: 'large coefficients whose bending nearly cancels',
    },
  },
  ...[bent, bentSlice].map((among, index): OpCase => {
    const coefficients = randomField(controlGrid(among), 3, 740 + index);
    return {
      op: 'splineBending',
      name: `random coefficients ${index === 0 ? 'in a volume' : 'in a slice'}`,
      inputs: { coefficients, grams: sampledGrams(among) },
      gradientOf: ['coefficients'],
      gpu: { absolute: 1e-5, relative: 1e-5, because: 'sums of 343 products' },
    };
  }),
];

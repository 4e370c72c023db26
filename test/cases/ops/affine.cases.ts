import { randomNumbers, scalars } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

type Matrix = readonly (readonly number[])[];

const rounding = {
  absolute: 2e-5,
  relative: 2e-5,
  because: 'sums of float32 products; the offset is a difference of lengths of about 100 mm',
} as const;

export const identity: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, c) => row.reduce((sum, v, k) => sum + v * b[k]![c]!, 0)));

const transpose = (a: Matrix): Matrix => a[0]!.map((_, c) => a.map((row) => row[c]!));

/** exp of the cross product with v, by scaling, ten terms of the series, and squaring. */
function rotation([x = 0, y = 0, z = 0]: readonly number[]): Matrix {
  const s = 1 / 1024;
  const k: Matrix = [
    [0, -z * s, y * s],
    [z * s, 0, -x * s],
    [-y * s, x * s, 0],
  ];
  let sum = identity;
  let term = identity;
  for (let n = 1; n <= 10; n += 1) {
    term = multiply(term, k).map((row) => row.map((v) => v / n));
    sum = sum.map((row, r) => row.map((v, c) => v + term[r]![c]!));
  }
  for (let n = 0; n < 10; n += 1) sum = multiply(sum, sum);
  return sum;
}

/** Parameters (in mm, 12 of them) along the given axes to a row-major 3×4. */
export function affineOf(
  p: readonly number[],
  centre: readonly number[],
  radius: number,
  axes: Matrix,
) {
  const turn = rotation(p.slice(0, 3).map((v) => v / radius));
  const [sx, sy, sz, xy, xz, yz] = p.slice(6).map((v) => v / radius) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const stretch: Matrix = [
    [Math.E ** sx, xy, xz],
    [0, Math.E ** sy, yz],
    [0, 0, Math.E ** sz],
  ];
  const linear = multiply(multiply(axes, multiply(turn, stretch)), transpose(axes));
  const shift = multiply(axes, [[p[3]!], [p[4]!], [p[5]!]]);
  return linear.flatMap((row, r) => [
    ...row,
    centre[r]! + shift[r]![0]! - row.reduce((sum, v, c) => sum + v * centre[c]!, 0),
  ]);
}

const centreMm = [12, -31, 45];
const radiusMm = 90;
const noSlice: readonly number[] = [];
const volume = { centreMm, radiusMm, sliceNormal: noSlice };

const gentle = [6, -4, 3, 5, -8, 2, 4, -6, 3, 2, -5, 7];
/** Turned by 2.9 radians: almost half a turn. */
const wild = [150, -120, 174, 40, -30, 11, 40, -35, 20, 30, -25, 28];
const tiny = gentle.map((v) => v * 1e-5);
const zero = gentle.map(() => 0);

const starts = [
  { name: 'gentle motion', parameters: gentle },
  { name: 'almost half a turn', parameters: wild },
  { name: 'more than half a turn', parameters: wild.map((v) => 1.5 * v) },
  { name: 'a tiny angle', parameters: tiny },
  { name: 'the identity', parameters: zero },
] as const;

/** The normal of a slice, and the world's axes turned by the smallest angle that takes z there. */
export function slice(normal: readonly number[]): {
  readonly normal: number[];
  readonly axes: Matrix;
} {
  const [x, y, z] = normal as [number, number, number];
  const length = Math.hypot(x, y, z);
  const angle = Math.acos(z / length);
  const sine = Math.hypot(x, y) || 1;
  return {
    normal: [x / length, y / length, z / length],
    axes: rotation([(-y * angle) / sine, (x * angle) / sine, 0]),
  };
}

const slices = [
  { name: 'an axial slice', ...slice([0, 0, 1]) },
  { name: 'an oblique slice', ...slice([0.4, -0.7, 0.9]) },
  { name: 'a sagittal slice', ...slice([1, 0, 0]) },
] as const;

/** In the plane: rotation about the normal, two translations, two scales, one shear. */
const inPlane = (p: readonly number[]): number[] =>
  p.map((v, i) => ([2, 3, 4, 6, 7, 9].includes(i) ? v : 0));

/** All twelve of a translation (its turns do nothing) or of a similarity, whose one scale holds for all axes. */
const completed = {
  translation: (p: readonly number[]) => [0, 0, 0, ...p.slice(3, 6), 0, 0, 0, 0, 0, 0],
  similarity: (p: readonly number[]) => [...p.slice(0, 7), p[6]!, p[6]!, 0, 0, 0],
} as const;
const fewer = [
  { freedom: 'translation', parameters: gentle.slice(0, 6) },
  { freedom: 'similarity', parameters: gentle.slice(0, 7) },
] as const;

/** A random affine of plausible size. */
const randomAffine = (seed: number) =>
  scalars(...[...randomNumbers(12, seed)].map((v, i) => (i % 4 === 3 ? 40 * v : v)));

const applied = (affine: ArrayLike<number>): Matrix => [
  ...[0, 4, 8].map((row) => [0, 1, 2, 3].map((c) => affine[row + c]!)),
  [0, 0, 0, 1],
];

const left = randomAffine(3);
const right = randomAffine(4);
const cotangent = scalars(...randomNumbers(12, 5));
const leftMatrix = applied(left.planes[0]!);
const rightMatrix = applied(right.planes[0]!);
const cotangentMatrix: Matrix = [...applied(cotangent.planes[0]!).slice(0, 3), [0, 0, 0, 0]];

export const cases: readonly OpCase[] = [
  ...starts.flatMap(({ name, parameters }): OpCase[] => [
    {
      op: 'affineFromParameters',
      name: `rigid, ${name}`,
      inputs: { parameters: scalars(...parameters.slice(0, 6)) },
      attributes: { freedom: 'rigid', ...volume },
      expected: {
        affine: [
          affineOf([...parameters.slice(0, 6), 0, 0, 0, 0, 0, 0], centreMm, radiusMm, identity),
        ],
      },
      gradientOf: ['parameters'],
      gpu: rounding,
    },
    {
      op: 'affineFromParameters',
      name: `affine, ${name}`,
      inputs: { parameters: scalars(...parameters) },
      attributes: { freedom: 'affine', ...volume },
      expected: { affine: [affineOf(parameters, centreMm, radiusMm, identity)] },
      gradientOf: ['parameters'],
      gpu: rounding,
    },
    {
      op: 'affineFromParametersAdjoint',
      name,
      inputs: { parameters: scalars(...parameters), cotangent },
      attributes: { freedom: 'affine', ...volume },
      gpu: rounding,
    },
  ]),
  ...fewer.flatMap(({ freedom, parameters }): OpCase[] => [
    {
      op: 'affineFromParameters',
      name: `${freedom}, gentle motion`,
      inputs: { parameters: scalars(...parameters) },
      attributes: { freedom, ...volume },
      expected: {
        affine: [affineOf(completed[freedom](parameters), centreMm, radiusMm, identity)],
      },
      gradientOf: ['parameters'],
      gpu: rounding,
    },
    ...slices.slice(1, 2).map(
      ({ name, normal, axes }): OpCase => ({
        op: 'affineFromParameters',
        name: `${freedom}, ${name}: only motion in its plane has an effect`,
        inputs: { parameters: scalars(...parameters) },
        attributes: { freedom, centreMm, radiusMm, sliceNormal: normal },
        expected: {
          affine: [affineOf(inPlane(completed[freedom](parameters)), centreMm, radiusMm, axes)],
        },
        gradientOf: ['parameters'],
        gpu: rounding,
      }),
    ),
    {
      op: 'affineFromParametersAdjoint',
      name: freedom,
      inputs: { parameters: scalars(...parameters), cotangent },
      attributes: { freedom, ...volume },
      gpu: rounding,
    },
  ]),
  ...slices.flatMap(({ name, normal, axes }): OpCase[] =>
    (['rigid', 'affine'] as const).map((freedom) => {
      const parameters = freedom === 'rigid' ? gentle.slice(0, 6) : gentle;
      const padded = [...parameters, 0, 0, 0, 0, 0, 0].slice(0, 12);
      return {
        op: 'affineFromParameters',
        name: `${freedom}, ${name}: only motion in its plane has an effect`,
        inputs: { parameters: scalars(...parameters) },
        attributes: { freedom, centreMm, radiusMm, sliceNormal: normal },
        expected: { affine: [affineOf(inPlane(padded), centreMm, radiusMm, axes)] },
        gradientOf: ['parameters'],
        gpu: rounding,
      };
    }),
  ),
  {
    op: 'multiplyAffine',
    name: 'two random maps',
    inputs: { left, right },
    expected: { affine: [multiply(leftMatrix, rightMatrix).flat().slice(0, 12)] },
    gradientOf: ['left', 'right'],
    gpu: rounding,
  },
  {
    op: 'multiplyAffineAdjoint',
    name: 'two random maps',
    inputs: { left, right, cotangent },
    expected: {
      left: [multiply(cotangentMatrix, transpose(rightMatrix)).flat().slice(0, 12)],
      right: [multiply(transpose(leftMatrix), cotangentMatrix).flat().slice(0, 12)],
    },
    gpu: rounding,
  },
];

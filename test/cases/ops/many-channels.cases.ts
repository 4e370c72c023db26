import { applyMatrix, type Vec3 } from '../../../src/imaging/frames';
import type { Expression } from '../../../src/runtime/ir/formula';
import { pointsType } from '../../../src/runtime/ir/values';
import { gridAttributes } from '../../../src/runtime/ops/grid-attributes';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  pointsOf,
  randomField,
  scalars,
  turnedGrid,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

/** Values of twelve channels, which lie in one buffer: as features of an image have. */
const twelve = 12;
const rounding = {
  absolute: 2e-6,
  relative: 1e-5,
  because: 'a few roundings to float32, and the functions of the device',
} as const;
const summed = {
  absolute: 2e-5,
  relative: 2e-5,
  because: 'sums of float32 in another order',
} as const;

const features = randomField(obliqueGrid, twelve, 901);
const others = randomField(obliqueGrid, twelve, 902);
const image = randomField(obliqueGrid, 1, 903);
const vector = randomField(obliqueGrid, 3, 904);
/** Several chunks, and not a multiple of what planes are aligned to. */
const largeGrid = turnedGrid([13, 37, 11], [1, 2, 1.5], [0, 0, 0]);
const large = randomField(largeGrid, twelve, 905);
const otherLarge = randomField(largeGrid, twelve, 906);
const weight = fieldOf(largeGrid, (x, y, z) => ((x + y + z) % 3 === 0 ? 0 : 0.25 + 0.01 * x));
const weights = weight.planes[0]!;
/** As many single planes as an expression has letters, and none left: too many for one kernel. */
const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'] as const;
const singles: Readonly<Record<string, CaseValue>> = Object.fromEntries(
  letters.map((letter, index) => [letter, randomField(oneSliceGrid, 1, 910 + index)]),
);

/** Where features are sampled: beside their grid, and beyond its edge. */
const target = turnedGrid([9, 8, 6], [0.9, 0.7, 1.9], [2.5, -4.5, 4.5]);
/** More voxels than are sampled together. */
const fine = turnedGrid([23, 24, 19], [0.5, 0.4, 0.7], [3, -3, 5]);
const displacement = randomField(target, 3, 930, 0.6);
const affine = scalars(1.02, 0.05, -0.03, 0.4, -0.04, 0.97, 0.06, -0.3, 0.02, -0.05, 1.03, 0.2);
const sampling = { ...gridAttributes(target), interpolation: 'linear', outside: 'zero' } as const;
const places = pointsOf(
  [
    [0.25, 0.5, 0.75],
    [5.5, 4.25, 3.5],
    [3.125, 2.25, 1.5],
    [-0.5, 3.75, 2.5],
  ].map((voxel) => applyMatrix(obliqueGrid.worldFromVoxel, voxel as unknown as Vec3)),
);
const known = pointsOf(
  Array.from({ length: 5 }, (_, i) =>
    Array.from({ length: twelve }, (__, k) => Math.sin(i + 7 * k)),
  ),
);
const sampleRounding = {
  absolute: 5e-5,
  relative: 1e-4,
  because: 'voxel positions of order 10 in float32 leave 1e-6 voxel, times slopes of order 10',
} as const;
const exact = { absolute: 0, relative: 0, because: 'copies numbers' } as const;
/** A ramp a channel, which linear interpolation gives back at any point within. */
const ramps = fieldOf(
  obliqueGrid,
  ...features.planes.map((_, k) => (x: number, y: number, z: number) => {
    const p = applyMatrix(obliqueGrid.worldFromVoxel, [x, y, z]);
    return k + (k - 5) * p[0] + 0.5 * k * p[1] - p[2];
  }),
);

const each = (value: CaseValue, f: (v: number, i: number, channel: number) => number) =>
  value.planes.map((plane, channel) => plane.map((v, i) => f(v, i, channel)));
const sumOf = (numbers: readonly Float64Array[]): number =>
  numbers.reduce((sum, plane) => sum + plane.reduce((s, v) => s + v, 0), 0);
const plane = (value: CaseValue, channel: number) => value.planes[channel]!;
const squares = large.planes.map((p, k) => p.map((v, i) => (v - plane(otherLarge, k)[i]!) ** 2));
const weighed = squares.map((p) => p.map((v, i) => v * weights[i]!));
const weightSum = sumOf([weights]);
const square: Expression = ['*', ['-', 'a', 'b'], ['-', 'a', 'b']];

/** The value of a ramp at the voxel coordinates of the last place, brought to the edge. */
const valueAtEdge = (k: number): number => {
  const p = applyMatrix(obliqueGrid.worldFromVoxel, [0, 3.75, 2.5]);
  return k + (k - 5) * p[0] + 0.5 * k * p[1] - p[2];
};

export const cases: readonly OpCase[] = [
  {
    op: 'pointwise',
    name: 'twelve channels, an image and a number, in one kernel',
    inputs: { a: features, b: others, c: image, d: scalars(0.7) },
    attributes: { expressions: [['+', ['*', 'd', ['*', 'a', 'c']], ['-', 'b', 'a.3']]] },
    expected: {
      value: each(
        features,
        (v, i, k) => 0.7 * v * plane(image, 0)[i]! + plane(others, k)[i]! - plane(features, 3)[i]!,
      ),
    },
    gradientOf: ['a', 'b', 'c', 'd'],
    gpu: rounding,
  },
  {
    op: 'pointwise',
    name: 'twelve channels, each an expression of others',
    inputs: { a: features, b: vector },
    attributes: {
      expressions: Array.from(
        { length: twelve },
        (_, k): Expression => ['-', ['*', `a.${(k + 5) % twelve}`, `b.${k % 3}`], 'a'],
      ),
    },
    expected: {
      value: each(
        features,
        (v, i, k) => plane(features, (k + 5) % twelve)[i]! * plane(vector, k % 3)[i]! - v,
      ),
    },
    gradientOf: ['a', 'b'],
    gpu: rounding,
  },
  {
    op: 'pointwise',
    name: 'all of twelve channels made one',
    inputs: { a: features },
    attributes: {
      expressions: [
        features.planes
          .map((_, k): Expression => ['*', k + 1, `a.${k}`])
          .reduce((sum, term) => ['+', sum, term]),
      ],
    },
    expected: {
      value: [
        plane(features, 0).map((_, i) =>
          features.planes.reduce((sum, p, k) => sum + (k + 1) * p[i]!, 0),
        ),
      ],
    },
    gradientOf: ['a'],
    gpu: { ...rounding, absolute: 1e-5 },
  },
  {
    op: 'pointwise',
    name: 'twelve images made one value, more than a kernel binds',
    inputs: singles,
    attributes: { expressions: letters.map((letter) => letter) },
    expected: { value: letters.map((letter) => plane(singles[letter]!, 0)) },
    gradientOf: [...letters],
    gpu: rounding,
  },
  {
    op: 'pointwise',
    name: 'one of twelve channels',
    inputs: { a: features },
    attributes: { expressions: ['a.7'] },
    expected: { value: [plane(features, 7)] },
    gradientOf: ['a'],
    gpu: rounding,
  },
  {
    op: 'pointwiseSum',
    name: 'over twelve channels, and over one of them',
    inputs: { a: large, b: otherLarge },
    attributes: { terms: [square, ['*', 'a.2', 'b.9']] },
    expected: {
      value: [
        [sumOf(squares) + sumOf([plane(large, 2).map((v, i) => v * plane(otherLarge, 9)[i]!)])],
      ],
    },
    expectedTolerance: 1e-7,
    gradientOf: ['a', 'b'],
    gpu: { ...summed, absolute: 1e-2, because: 'a sum of 63,000 squares in float32' },
  },
  {
    op: 'pointwiseMean',
    name: 'over twelve channels by weight',
    inputs: { a: large, b: otherLarge, weight },
    attributes: { terms: [square] },
    expected: { value: [[sumOf(weighed) / weightSum]] },
    gradientOf: ['a', 'b'],
    gpu: summed,
  },
  {
    op: 'meanSquaredDifference',
    name: 'of twelve channels, with a weight',
    inputs: { fixed: large, warped: otherLarge, weight },
    expected: { loss: [[sumOf(weighed) / (twelve * weights.length)]] },
    gradientOf: ['fixed', 'warped'],
    gpu: summed,
  },
  {
    op: 'adam',
    name: 'of twelve channels, moments in place',
    inputs: {
      gradient: features,
      mean: others,
      variance: randomField(obliqueGrid, twelve, 907, 0.5, 1),
      iteration: scalars(3),
    },
    attributes: { beta1: 0.5, beta2: 0.25, epsilon: 0.1 },
    expected: { mean: each(features, (v, i, k) => 0.5 * v + 0.5 * plane(others, k)[i]!) },
    gpu: rounding,
  },
  {
    op: 'sample',
    name: 'twelve channels, displaced and affine: all of them move the points',
    inputs: { source: features, displacement, affine },
    attributes: sampling,
    gradientOf: ['source', 'displacement', 'affine'],
    gpu: sampleRounding,
  },
  {
    op: 'sample',
    name: 'twelve channels, affine alone, cut half a voxel beyond the edge',
    inputs: { source: features, affine },
    attributes: { ...sampling, outside: 'cut' },
    gradientOf: ['affine'],
    gpu: sampleRounding,
  },
  {
    op: 'sample',
    name: 'twelve channels of the nearest voxel',
    inputs: { source: features, affine },
    attributes: { ...sampling, ...gridAttributes(fine), interpolation: 'nearest', outside: 'cut' },
    gpu: { ...exact, because: 'copies voxels; the case keeps away from ties' },
  },
  {
    op: 'sample',
    name: 'twelve channels, more voxels than are sampled together',
    inputs: { source: features },
    attributes: { ...sampling, ...gridAttributes(fine), outside: 'edge' },
    gpu: sampleRounding,
  },
  {
    op: 'sampleSlope',
    name: 'twelve ramps, displaced',
    inputs: {
      source: ramps,
      cotangent: fieldOf(obliqueGrid, ...features.planes.map(() => () => 1)),
      displacement: fieldOf(obliqueGrid, ...[0, 0, 0].map(() => () => 0.1)),
    },
    attributes: { ...gridAttributes(obliqueGrid), interpolation: 'linear', outside: 'edge' },
    gpu: sampleRounding,
  },
  {
    op: 'samplePoints',
    name: 'twelve channels at four points',
    inputs: { source: ramps, points: places },
    attributes: { interpolation: 'linear', outside: 'edge' },
    expected: {
      value: ramps.planes.map((_, k) =>
        plane(places, 0).map((x, i) =>
          i === 3
            ? valueAtEdge(k)
            : k + (k - 5) * x + 0.5 * k * plane(places, 1)[i]! - plane(places, 2)[i]!,
        ),
      ),
    },
    gradientOf: ['source', 'points'],
    gpu: { ...sampleRounding, absolute: 5e-4 },
  },
  {
    op: 'samplePointsSlope',
    name: 'twelve channels at four points',
    inputs: {
      source: features,
      points: places,
      cotangent: {
        type: pointsType(4, twelve),
        planes: known.planes.map((p) => p.slice(0, 4)),
      },
    },
    attributes: { outside: 'zero' },
    gpu: sampleRounding,
  },
  {
    op: 'gatherPoints',
    name: 'twelve channels of some points',
    inputs: { points: known, indices: scalars(4, 0, 4) },
    expected: { value: known.planes.map((p) => [p[4]!, p[0]!, p[4]!]) },
    gpu: exact,
  },
  {
    op: 'splatPoints',
    name: 'twelve channels of five points',
    inputs: { cotangent: known, points: pointsOf([0, 1, 2, 3, 4].map((i) => [i, 1 - i, 5 + i])) },
    attributes: { ...gridAttributes(obliqueGrid), outside: 'zero' },
    gpu: { absolute: 1e-4, relative: 1e-4, because: 'fixed-point sums of float32 cotangents' },
  },
  {
    op: 'zeros',
    name: 'twelve channels',
    inputs: { like: image },
    attributes: { channels: twelve },
    expected: { value: features.planes.map((p) => p.map(() => 0)) },
    gpu: exact,
  },
  {
    op: 'addScaled',
    name: 'twelve channels',
    inputs: { a: features, b: others, by: scalars(0.5) },
    attributes: { factor: 3 },
    expected: { value: each(features, (v, i, k) => v + 1.5 * plane(others, k)[i]!) },
    gradientOf: ['a', 'b'],
    gpu: rounding,
  },
  {
    op: 'select',
    name: 'twelve channels, the second',
    inputs: { condition: scalars(0), whenTrue: features, whenFalse: others },
    expected: { value: others.planes },
    gradientOf: ['whenTrue', 'whenFalse'],
    gpu: exact,
  },
  {
    op: 'dot',
    name: 'twelve channels, several chunks',
    inputs: { a: large, b: otherLarge },
    expected: { product: [[sumOf(each(large, (v, i, k) => v * plane(otherLarge, k)[i]!))]] },
    expectedTolerance: 1e-7,
    gradientOf: ['a', 'b'],
    gpu: { ...summed, absolute: 1e-2, because: 'a sum of 63,000 products in float32' },
  },
  {
    op: 'fillOutside',
    name: 'twelve channels',
    inputs: { value: large, inside: weight, fill: scalars(-7) },
    expected: { filled: each(large, (v, i) => (weights[i] === 0 ? -7 : v)) },
    gpu: exact,
  },
  {
    op: 'countNonFinite',
    name: 'none in twelve channels, whatever lies between them',
    inputs: { value: features },
    expected: { count: [[0]] },
    gpu: exact,
  },
];

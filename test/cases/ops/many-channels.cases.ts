import type { Expression } from '../../../src/runtime/ir/formula';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
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

const each = (value: CaseValue, f: (v: number, i: number, channel: number) => number) =>
  value.planes.map((plane, channel) => plane.map((v, i) => f(v, i, channel)));
const sumOf = (numbers: readonly Float64Array[]): number =>
  numbers.reduce((sum, plane) => sum + plane.reduce((s, v) => s + v, 0), 0);
const plane = (value: CaseValue, channel: number) => value.planes[channel]!;
const squares = large.planes.map((p, k) => p.map((v, i) => (v - plane(otherLarge, k)[i]!) ** 2));
const weighed = squares.map((p) => p.map((v, i) => v * weights[i]!));
const weightSum = sumOf([weights]);
const square: Expression = ['*', ['-', 'a', 'b'], ['-', 'a', 'b']];

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
];

import { determinant, extendedBelow } from '../../../src/nodes/shared/jacobian-formula';
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

const rounding = {
  absolute: 2e-6,
  relative: 1e-5,
  because: 'a few roundings to float32, and the functions of the device',
} as const;

const summed = {
  absolute: 1e-5,
  relative: 2e-5,
  because: 'sums of float32 in another order',
} as const;

const vector = randomField(obliqueGrid, 3, 401);
const other = randomField(obliqueGrid, 3, 402);
const image = randomField(obliqueGrid, 1, 403);
const positive = randomField(oneSliceGrid, 1, 404, 0.5, 1.5);
/** Not a multiple of four elements, several chunks. */
const largeGrid = turnedGrid([13, 37, 11], [1, 2, 1.5], [0, 0, 0]);
const large = randomField(largeGrid, 1, 405);
const otherLarge = randomField(largeGrid, 1, 406);
const weight = fieldOf(largeGrid, (x, y, z) => ((x + y + z) % 3 === 0 ? 0 : 0.25 + 0.01 * x));

const each = (value: CaseValue, f: (v: number, i: number, channel: number) => number) =>
  value.planes.map((plane, channel) => plane.map((v, i) => f(v, i, channel)));

const clampToUnit: Expression = ['min', ['max', 'a', -0.3], 0.4];

function mean(numbers: ArrayLike<number>): number {
  return Array.from(numbers).reduce((sum, v) => sum + v, 0) / numbers.length;
}

const squaredDifference = large.planes[0]!.map((v, i) => (v - otherLarge.planes[0]![i]!) ** 2);
const weights = weight.planes[0]!;

/** Slopes of a displacement, of which some fold. */
const slopes = randomField(obliqueGrid, 9, 77, 0.9);

/** det(I + slopes), by the rule of Sarrus. */
function volumeAt(rows: readonly number[]): number {
  const at = (k: number, i: number): number => rows[3 * k + (i % 3)]! + (k === i % 3 ? 1 : 0);
  return [0, 1, 2].reduce(
    (sum, i) => sum + at(0, i) * (at(1, i + 1) * at(2, i + 2) - at(1, i + 2) * at(2, i + 1)),
    0,
  );
}

export const cases: readonly OpCase[] = [
  {
    op: 'pointwise',
    name: 'vectors, an image and a number, each in its place',
    inputs: { a: vector, b: other, c: image, d: scalars(0.7) },
    attributes: { expressions: [['+', ['*', 'd', ['*', 'a', 'c']], ['-', 'b', 0.3]]] },
    expected: {
      value: each(vector, (v, i, k) => 0.7 * v * image.planes[0]![i]! + other.planes[k]![i]! - 0.3),
    },
    gradientOf: ['a', 'b', 'c', 'd'],
    gpu: rounding,
  },
  {
    op: 'pointwise',
    name: 'an expression a channel, each of other channels',
    inputs: { a: vector, b: scalars(2, -3) },
    attributes: {
      expressions: [
        ['*', 'a.1', 'a.2'],
        ['*', 'b.1', 'a.0'],
        ['+', 'a.0', 'a.1'],
      ],
    },
    expected: {
      value: [
        vector.planes[1]!.map((v, i) => v * vector.planes[2]![i]!),
        vector.planes[0]!.map((v) => -3 * v),
        vector.planes[0]!.map((v, i) => v + vector.planes[1]![i]!),
      ],
    },
    gradientOf: ['a'],
    gpu: rounding,
  },
  {
    op: 'pointwise',
    name: 'powers, roots, exponentials and logarithms of one slice',
    inputs: { a: positive },
    attributes: {
      expressions: [
        ['+', ['pow', 'a', 1.7], ['-', ['sqrt', 'a'], ['*', ['exp', ['neg', 'a']], ['log', 'a']]]],
      ],
    },
    expected: {
      value: each(positive, (v) => v ** 1.7 + Math.sqrt(v) - Math.exp(-v) * Math.log(v)),
    },
    gradientOf: ['a'],
    gpu: rounding,
  },
  {
    op: 'pointwise',
    name: 'clamped, absolute, and chosen by a comparison',
    inputs: { a: vector, b: other },
    attributes: {
      expressions: [['select', ['<', 'a', 'b'], clampToUnit, ['/', ['abs', 'a'], ['+', 2, 'b']]]],
    },
    expected: {
      value: each(vector, (v, i, k) => {
        const w = other.planes[k]![i]!;
        return v < w ? Math.min(Math.max(v, -0.3), 0.4) : Math.abs(v) / (2 + w);
      }),
    },
    gradientOf: ['a', 'b'],
    gpu: rounding,
  },
  {
    op: 'pointwise',
    name: 'scalars with scalars, and 1 − βᵗ',
    inputs: { a: scalars(1, 2, 3), b: scalars(0.99), c: scalars(5) },
    attributes: { expressions: [['*', 'a', ['one-minus-pow', 'b', 'c']]] },
    expected: { value: [[1, 2, 3].map((v) => v * (1 - 0.99 ** 5))] },
    gradientOf: ['a', 'b', 'c'],
    gpu: rounding,
  },
  {
    op: 'pointwiseSum',
    name: 'numbers as they are, whose slope is one number',
    inputs: { a: scalars(1, -2, 4) },
    attributes: { terms: ['a'] },
    expected: { value: [[3]] },
    gradientOf: ['a'],
    gpu: summed,
  },
  {
    op: 'pointwiseSum',
    name: 'channels as they are, and by a weight that they share',
    inputs: { a: vector, b: image },
    attributes: { terms: ['a', ['*', 'b', 'a']] },
    gradientOf: ['a', 'b'],
    gpu: summed,
  },
  {
    op: 'pointwiseUpdate',
    name: 'a value, and two that take the place of what they were',
    inputs: { a: vector, b: scalars(0.4), first: other, second: randomField(obliqueGrid, 3, 409) },
    attributes: {
      expressions: [
        ['*', ['+', 'first', 'second'], 'a'],
        ['+', ['*', 'b', 'first'], 'a'],
        ['-', 'second', 'first'],
      ],
    },
    expected: {
      value: each(
        vector,
        (v, i, k) => (other.planes[k]![i]! + randomField(obliqueGrid, 3, 409).planes[k]![i]!) * v,
      ),
      first: each(vector, (v, i, k) => 0.4 * other.planes[k]![i]! + v),
      second: each(
        vector,
        (_, i, k) => randomField(obliqueGrid, 3, 409).planes[k]![i]! - other.planes[k]![i]!,
      ),
    },
    gpu: rounding,
  },
  {
    op: 'pointwiseSum',
    name: 'two terms over a volume of several chunks',
    inputs: { a: large, b: otherLarge, c: scalars(0.5) },
    attributes: {
      terms: [
        ['*', 'a', 'b'],
        ['*', 'c', ['*', 'a', 'a']],
      ],
    },
    expected: {
      value: [
        [
          large.planes[0]!.reduce(
            (sum, v, i) => sum + v * otherLarge.planes[0]![i]! + 0.5 * v * v,
            0,
          ),
        ],
      ],
    },
    gradientOf: ['a', 'b', 'c'],
    gpu: { ...summed, absolute: 2e-3 },
  },
  {
    op: 'pointwiseMean',
    name: 'of a vector: over voxels, summed over channels',
    inputs: { a: vector, b: other },
    attributes: { terms: [['*', ['-', 'a', 'b'], ['-', 'a', 'b']]] },
    expected: {
      value: [
        [
          vector.planes.reduce(
            (sum, plane, k) => sum + mean(plane.map((v, i) => (v - other.planes[k]![i]!) ** 2)),
            0,
          ),
        ],
      ],
    },
    gradientOf: ['a', 'b'],
    gpu: summed,
  },
  {
    op: 'pointwiseMean',
    name: 'by a weight that is zero in places',
    inputs: { a: large, b: otherLarge, weight },
    attributes: { terms: [['*', ['-', 'a', 'b'], ['-', 'a', 'b']]] },
    expected: {
      value: [[mean(squaredDifference.map((v, i) => v * weights[i]!)) / mean(weights)]],
    },
    gradientOf: ['a', 'b', 'weight'],
    gpu: summed,
  },
  {
    op: 'pointwiseMean',
    name: 'by weights that add up to nothing',
    inputs: { a: large, weight: fieldOf(largeGrid, () => 0) },
    attributes: { terms: [['*', 'a', 'a']] },
    expected: { value: [[0]] },
    gradientOf: ['a'],
    gpu: summed,
  },
  {
    op: 'pointwiseMean',
    name: 'of the logarithm of a determinant, of nine channels that lie together',
    inputs: { a: slopes },
    attributes: {
      terms: [extendedBelow(determinant, 0.3, (volume) => ['log', volume], { slope: 1 / 0.3 })],
    },
    expected: {
      value: [
        [
          mean(
            slopes.planes[0]!.map((_, i) => {
              const volume = volumeAt(slopes.planes.map((plane) => plane[i]!));
              return volume < 0.3 ? Math.log(0.3) + (volume - 0.3) / 0.3 : Math.log(volume);
            }),
          ),
        ],
      ],
    },
    gradientOf: ['a'],
    gpu: summed,
  },
];

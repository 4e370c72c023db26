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
  absolute: 1e-6,
  relative: 1e-5,
  because: 'a few roundings to float32',
} as const;
const sums = {
  absolute: 1e-4,
  relative: 1e-5,
  because: 'a sum over thousands of products in float32, whose terms cancel',
} as const;

const vector = randomField(obliqueGrid, 3, 11);
const otherVector = randomField(obliqueGrid, 3, 12);
/** More than one chunk of a sum. */
const large = turnedGrid([31, 17, 9], [1, 2, 1.5], [0, 0, 0]);

function productOf(a: CaseValue, b: CaseValue): number {
  return a.planes.reduce(
    (sum, plane, channel) => sum + plane.reduce((s, x, i) => s + x * b.planes[channel]![i]!, 0),
    0,
  );
}

function dotCase(name: string, a: CaseValue, b: CaseValue): OpCase {
  return {
    op: 'dot',
    name,
    inputs: { a, b },
    expected: { product: [[productOf(a, b)]] },
    gradientOf: ['a', 'b'],
    gpu: sums,
  };
}

const nothing = randomField(obliqueGrid, 3, 1, 0, 0);
/** Largest norm, 13, at one voxel in the middle of a chunk; elsewhere at most √3. */
const peak = fieldOf(
  large,
  (x, y, z) => (x === 12 && y === 8 && z === 5 ? 3 : Math.sin(x)),
  (x, y, z) => (x === 12 && y === 8 && z === 5 ? -4 : Math.cos(y)),
  (x, y, z) => (x === 12 && y === 8 && z === 5 ? 12 : Math.sin(z)),
);

export const cases: readonly OpCase[] = [
  dotCase('parameters', scalars(1, -2, 3), scalars(4, 5, -6)),
  dotCase('vectors on an oblique grid', vector, otherVector),
  dotCase('vectors over several chunks', randomField(large, 3, 21), randomField(large, 3, 22)),
  {
    op: 'largestNorm',
    name: 'one voxel of a vector field stands out',
    inputs: { vector: peak },
    expected: { largest: [[13]] },
    gpu: rounding,
  },
  {
    op: 'largestNorm',
    name: 'a field of one channel: the largest magnitude',
    inputs: { vector: fieldOf(oneSliceGrid, (x, y) => (x === 8 && y === 6 ? -7.5 : x + y - 7)) },
    expected: { largest: [[7.5]] },
    gpu: rounding,
  },
  {
    op: 'largestNorm',
    name: 'scalars: the norm of all',
    inputs: { vector: scalars(1, -2, 4, 2) },
    expected: { largest: [[5]] },
    gpu: rounding,
  },
  {
    op: 'largestNorm',
    name: 'zero everywhere',
    inputs: { vector: nothing },
    expected: { largest: [[0]] },
    gpu: rounding,
  },
];

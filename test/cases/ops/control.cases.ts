import {
  obliqueGrid,
  oneSliceGrid,
  randomField,
  scalars,
  turnedGrid,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const exact = { absolute: 0, relative: 0, because: 'nothing is computed' } as const;
const oneRounding = {
  absolute: 1e-7,
  relative: 1e-6,
  because: 'one or two roundings to float32',
} as const;
const sums = {
  absolute: 1e-4,
  relative: 1e-5,
  because: 'a sum over thousands of products in float32, whose terms cancel',
} as const;

const vector = randomField(obliqueGrid, 3, 11);
const otherVector = randomField(obliqueGrid, 3, 12);
const image = randomField(oneSliceGrid, 1, 13);
/** More than one chunk of a sum. */
const large = turnedGrid([31, 17, 9], [1, 2, 1.5], [0, 0, 0]);
const notANumber: CaseValue = {
  ...image,
  planes: image.planes.map((plane) => plane.map(() => Number.NaN)),
};

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

const combinations = {
  divide: [2, -0.5, 0],
  subtract: [-1, 3, 4],
  minimum: [-2, -1, 0],
  maximum: [-1, 2, 4],
};
const comparisons = {
  less: [1, 0, 0],
  lessOrEqual: [1, 0, 1],
  greater: [0, 1, 0],
  greaterOrEqual: [0, 1, 1],
  equal: [0, 0, 1],
};

export const cases: readonly OpCase[] = [
  dotCase('parameters', scalars(1, -2, 3), scalars(4, 5, -6)),
  dotCase('vectors on an oblique grid', vector, otherVector),
  dotCase('vectors over several chunks', randomField(large, 3, 21), randomField(large, 3, 22)),
  {
    op: 'addScaled',
    name: 'vectors',
    inputs: { a: vector, b: otherVector, by: scalars(0.3) },
    attributes: { factor: -2 },
    expected: {
      value: vector.planes.map((plane, c) =>
        plane.map((x, i) => x - 0.6 * otherVector.planes[c]![i]!),
      ),
    },
    gradientOf: ['a', 'b'],
    gpu: oneRounding,
  },
  {
    op: 'select',
    name: 'vectors, the first for any number but 0',
    inputs: { condition: scalars(-0.25), whenTrue: vector, whenFalse: otherVector },
    expected: { value: vector.planes },
    gradientOf: ['whenTrue', 'whenFalse'],
    gpu: exact,
  },
  {
    op: 'select',
    name: 'vectors, the second for 0',
    inputs: { condition: scalars(0), whenTrue: vector, whenFalse: otherVector },
    expected: { value: otherVector.planes },
    gradientOf: ['whenTrue', 'whenFalse'],
    gpu: exact,
  },
  {
    op: 'select',
    name: 'what is not taken may be no number',
    inputs: { condition: scalars(0), whenTrue: notANumber, whenFalse: image },
    expected: { value: image.planes },
    gpu: exact,
  },
  ...Object.entries(combinations).map(([operation, expected]): OpCase => {
    const [a, b] =
      operation === 'divide'
        ? [
            [-2, 1, 4],
            [-1, -2, 0],
          ]
        : [
            [-2, 2, 4],
            [-1, -1, 0],
          ];
    return {
      op: 'combineScalars',
      name: operation,
      inputs: { a: scalars(...a!), b: scalars(...b!) },
      attributes: { operation },
      expected: { value: [expected] },
      gpu: oneRounding,
    };
  }),
  ...Object.entries(comparisons).map(
    ([is, expected]): OpCase => ({
      op: 'compareScalars',
      name: is,
      inputs: { a: scalars(-2, 2, 4), b: scalars(-1, -1, 4) },
      attributes: { is },
      expected: { holds: [expected] },
      gpu: exact,
    }),
  ),
];

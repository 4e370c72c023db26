import { scalars } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const exact = { absolute: 0, relative: 0, because: 'nothing is computed' } as const;
const oneRounding = {
  absolute: 1e-7,
  relative: 1e-6,
  because: 'one or two roundings to float32',
} as const;

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

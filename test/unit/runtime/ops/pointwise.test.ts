import { describe, expect, it } from 'vitest';
import { bindPlan } from '../../../../src/runtime/cpu/bound-plan';
import { allocateMemory } from '../../../../src/runtime/cpu/memory';
import type { Expression } from '../../../../src/runtime/ir/formula';
import { passesIn } from '../../../../src/runtime/ir/repeats';
import { derivativeOf } from '../../../../src/runtime/ops/pointwise/derive';
import { applied, requireExpression } from '../../../../src/runtime/ops/pointwise/expression';
import { cases } from '../../../cases/ops/pointwise.cases';
import { randomField, scalars, turnedGrid } from '../../../support/case-values';
import type { OpCase } from '../../../support/op-case';
import { programOfCase, type SmallProgram } from '../../../support/run-op';

/** Sizes of every remainder of four, and one that threads cut in odd places. */
const sizes = [1, 2, 3, 5, 8, 1023, 4099] as const;

const everything: Expression = [
  'select',
  ['<', 'a', 'b'],
  ['min', ['exp', 'a'], ['-', ['sqrt', ['abs', 'b']], ['round', ['/', 'a', 'c']]]],
  [
    'max',
    ['neg', 'a'],
    ['*', ['pow', ['+', 'b', 3], 'c'], ['select', ['<=', 'a', 'c'], ['log', ['+', 'b', 2.5]], 'a']],
  ],
];

const longCases = sizes.flatMap((size): OpCase[] => {
  const grid = turnedGrid([size, 1, 1], [1, 1, 1], [0, 0, 0]);
  const inputs = {
    a: randomField(grid, 2, 1),
    b: randomField(grid, 2, 2),
    c: scalars(0.37),
  };
  const gpu = { absolute: 0, relative: 0, because: 'not used' };
  return [
    { op: 'pointwise', name: `${size}`, inputs, attributes: { expressions: [everything] }, gpu },
    { op: 'pointwiseSum', name: `${size}`, inputs, attributes: { terms: [everything] }, gpu },
  ];
});

/** All results in float32, computed by `parts` threads after one another. */
function bitsOf(
  program: SmallProgram,
  { inputs }: OpCase,
  options: { readonly wasm: boolean; readonly shared?: boolean },
  parts = 1,
): readonly Uint32Array[] {
  const { plan } = program;
  const { shared = false, wasm } = options;
  const memory = allocateMemory(plan, { shared, wasm });
  expect(memory.wasm !== undefined).toBe(wasm);
  for (const { value, numbers } of plan.constants) {
    for (const buffer of plan.buffersOfValue.get(value) ?? []) memory.arrayOf(buffer).set(numbers);
  }
  for (const [name, { planes }] of Object.entries(inputs)) {
    planes.forEach((plane, index) => {
      const buffer = program.inputs[name]?.[index];
      if (buffer !== undefined) memory.arrayOf(buffer).set(plane);
    });
  }
  for (const { passes } of bindPlan(plan, memory)) {
    for (const pass of passesIn(passes)) {
      for (let part = 0; part < parts; part += 1) pass.run({ part, parts });
    }
  }
  return Object.values(program.results)
    .flat()
    .map((buffer) => {
      const array = memory.arrayOf(buffer);
      return new Uint32Array(
        array.buffer.slice(array.byteOffset, array.byteOffset + 4 * array.length),
      );
    });
}

describe.each([...cases, ...longCases].map((one) => [`${one.op}: ${one.name}`, one] as const))(
  'compiled, %s',
  (_, opCase) => {
    const program = programOfCase(opCase);
    const interpreted = bitsOf(program, opCase, { wasm: false });

    it('gives the bits of the interpreter', () => {
      expect(bitsOf(program, opCase, { wasm: true })).toEqual(interpreted);
      expect(bitsOf(program, opCase, { wasm: true, shared: true })).toEqual(interpreted);
    });

    it.each([2, 3, 7])('gives the same bits in %i parts', (parts) => {
      expect(bitsOf(program, opCase, { wasm: true }, parts)).toEqual(interpreted);
      expect(bitsOf(program, opCase, { wasm: false }, parts)).toEqual(interpreted);
    });
  },
);

describe('an expression', () => {
  it('loses what changes nothing', () => {
    expect(applied('*', [1, 'a'])).toBe('a');
    expect(applied('+', [0, applied('*', [0, 'a'])])).toBe(0);
    expect(derivativeOf(['*', 'a', 'a'], 'a')).toEqual(['+', 'a', 'a']);
    expect(derivativeOf(['exp', 'a'], 'b')).toBe(0);
  });

  it.each<[string, Expression]>([
    ['an operand is missing', ['+', 'a']],
    ['a comparison is taken for a number', ['+', 'a', ['<', 'a', 'b']]],
    ['a number decides', ['select', 'a', 'a', 'b']],
    ['a constant is no number', ['+', 'a', Number.NaN]],
  ])('is refused where %s', (_, expression) => {
    expect(() => requireExpression(expression)).toThrow();
  });
});

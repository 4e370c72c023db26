import { InternalError } from '../../internal-error';
import { fieldType, isPlanar, sameType, scalarsType, withChannels } from '../../ir/values';
import { defineOp } from '../define-op';
import { elementwiseParts } from '../elementwise-parts';
import { type GridAttributes, gridOf } from '../grid-attributes';
import { fillKernel } from '../loop/loop-kernels';
import { defineFormulaOp } from '../pointwise/define-formula-op';
import type { InputTypes } from '../pointwise/element';

/** @throws InternalError where two operands differ in grid, channels or length. */
function requireSameType({ a, b }: InputTypes): void {
  if (!a || !b || !sameType(a, b)) {
    throw new InternalError('Operands of different types cannot be combined.');
  }
}

export const add = defineFormulaOp()({
  name: 'add',
  doc: 'a + b, element by element.',
  inputs: { a: 'any', b: 'any' },
  output: 'value',
  formula: () => ['+', 'a', 'b'],
  require: requireSameType,
  adjoint: (_, __, { value: cotangent }) => ({ a: cotangent, b: cotangent }),
});

export const multiply = defineFormulaOp()({
  name: 'multiply',
  doc: 'a · b, element by element; the simplest op whose gradient depends on where it is taken.',
  inputs: { a: 'any', b: 'any' },
  output: 'value',
  formula: () => ['*', 'a', 'b'],
  require: requireSameType,
});

export const scale = defineFormulaOp<{ readonly factor: number }>()({
  name: 'scale',
  doc: 'value · factor · by. `by` is a setting, such as a dial: no gradient flows to it.',
  inputs: { value: 'any', by: 'scalars?' },
  output: 'value',
  formula: ({ factor }, given) => ['*', given.has('by') ? ['*', factor, 'by'] : factor, 'value'],
  require({ by }) {
    if (by && by.kind === 'scalars' && by.length !== 1) {
      throw new InternalError('A value is scaled by one number.');
    }
  },
  adjoint(b, { inputs, attributes }, { value: cotangent }) {
    if (cotangent === undefined) return {};
    return { value: b.op('scale', { value: cotangent, by: inputs.by }, attributes).value };
  },
});

/** A grid is given where it is not that of `like`, as for the control points of a spline. */
type ZerosAttributes =
  | { readonly channels: number }
  | ({ readonly channels: number } & GridAttributes);

export const zeros = defineOp<ZerosAttributes>()({
  name: 'zeros',
  doc:
    'Zero everywhere: a field of `channels` on the grid that is given, or else on that of `like`, or as ' +
    'many points or scalars as `like` has.',
  inputs: { like: 'any?' },
  outputs: ['value'],
  infer({ like }, attributes) {
    if ('size' in attributes) return { value: fieldType(gridOf(attributes), attributes.channels) };
    if (!like) throw new InternalError('Zeros need a grid, or a value to be like.');
    if (like.kind === 'field') return { value: fieldType(like.grid, attributes.channels) };
    return {
      value: isPlanar(like) ? withChannels(like, attributes.channels) : scalarsType(like.length),
    };
  },
  adjoint: () => ({ like: 'zero' }),
  kernels: [fillKernel],
  emit(emitter, { outputs: o, outputTypes }) {
    for (const { buffers, count } of elementwiseParts(emitter, outputTypes.value, o)) {
      emitter.call(fillKernel, buffers, { count, number: 0 });
    }
  },
});

import { InternalError } from '../../internal-error';
import {
  elementsPerBuffer,
  fieldType,
  sameType,
  scalarsType,
  type ValueType,
} from '../../ir/values';
import { defineOp } from '../define-op';
import { type GridAttributes, gridOf } from '../grid-attributes';
import { fillKernel } from '../loop/loop-kernels';
import { addKernel, multiplyKernel, scaleKernel } from './elementwise.kernel';

/** @throws InternalError where two operands differ in grid, channels or length. */
function commonType(a: ValueType, b: ValueType): ValueType {
  if (!sameType(a, b)) throw new InternalError('Operands of different types cannot be combined.');
  return a;
}

export const add = defineOp()({
  name: 'add',
  doc: 'a + b, element by element.',
  inputs: { a: 'any', b: 'any' },
  outputs: ['value'],
  infer: ({ a, b }) => ({ value: commonType(a, b) }),
  adjoint: (_, __, { value: cotangent }) => ({ a: cotangent, b: cotangent }),
  kernels: [addKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    i.a.forEach((plane, channel) => {
      emitter.call(
        addKernel,
        { a: plane, b: i.b[channel], value: o.value[channel] },
        { count: elementsPerBuffer(inputTypes.a) },
      );
    });
  },
});

export const multiply = defineOp()({
  name: 'multiply',
  doc: 'a · b, element by element; the simplest op whose gradient depends on where it is taken.',
  inputs: { a: 'any', b: 'any' },
  outputs: ['value'],
  infer: ({ a, b }) => ({ value: commonType(a, b) }),
  adjoint(b, { inputs }, { value: cotangent }) {
    if (cotangent === undefined) return {};
    return {
      a: b.op('multiply', { a: cotangent, b: inputs.b }).value,
      b: b.op('multiply', { a: cotangent, b: inputs.a }).value,
    };
  },
  kernels: [multiplyKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    i.a.forEach((plane, channel) => {
      emitter.call(
        multiplyKernel,
        { a: plane, b: i.b[channel], value: o.value[channel] },
        { count: elementsPerBuffer(inputTypes.a) },
      );
    });
  },
});

export const scale = defineOp<{ readonly factor: number }>()({
  name: 'scale',
  doc: 'value · factor · by. `by` is a setting, such as a dial: no gradient flows to it.',
  inputs: { value: 'any', by: 'scalars?' },
  outputs: ['value'],
  infer({ value, by }) {
    if (by && by.kind === 'scalars' && by.length !== 1) {
      throw new InternalError('A value is scaled by one number.');
    }
    return { value };
  },
  adjoint(b, { inputs, attributes }, { value: cotangent }) {
    if (cotangent === undefined) return {};
    return { value: b.op('scale', { value: cotangent, by: inputs.by }, attributes).value };
  },
  kernels: [scaleKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    i.value.forEach((plane, channel) => {
      emitter.call(
        scaleKernel,
        { value: plane, by: i.by, scaled: o.value[channel] },
        {
          count: elementsPerBuffer(inputTypes.value),
          factor: attributes.factor,
          hasBy: i.by === undefined ? 0 : 1,
        },
      );
    });
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
    'many scalars as `like` has.',
  inputs: { like: 'any?' },
  outputs: ['value'],
  infer({ like }, attributes) {
    if ('size' in attributes) return { value: fieldType(gridOf(attributes), attributes.channels) };
    if (!like) throw new InternalError('Zeros need a grid, or a value to be like.');
    return {
      value:
        like.kind === 'field'
          ? fieldType(like.grid, attributes.channels)
          : scalarsType(like.length),
    };
  },
  adjoint: () => ({ like: 'zero' }),
  kernels: [fillKernel],
  emit(emitter, { outputs: o, outputTypes }) {
    for (const plane of o.value) {
      emitter.call(
        fillKernel,
        { value: plane },
        { count: elementsPerBuffer(outputTypes.value), number: 0 },
      );
    }
  },
});

import { InternalError } from '../../internal-error';
import type { Expression } from '../../ir/formula';
import { sameType } from '../../ir/values';
import { defineOp } from '../define-op';
import { elementTypeOf } from './element';
import { emitUpdate, letterInputs } from './pointwise';

export type UpdateAttributes = {
  /** Of `value`, `first` and `second`, in this order. */
  readonly expressions: readonly Expression[];
};

/** The three expressions by the names of the outputs. */
function byOutput({
  expressions,
}: UpdateAttributes): Readonly<Record<string, readonly Expression[]>> {
  const [value, first, second] = expressions as readonly [Expression, Expression, Expression];
  return { value: [value], first: [first], second: [second] };
}

export const pointwiseUpdate = defineOp<UpdateAttributes>()({
  name: 'pointwiseUpdate',
  doc:
    'Three expressions for each element as `pointwise` takes them, over inputs by letter and `first` and `second`, ' +
    'of which the last two take the place of these inputs. Made by fusion only.',
  inputs: { ...letterInputs, first: 'any', second: 'any' },
  outputs: ['value', 'first', 'second'],
  traits: {
    updatesInPlace: { first: 'first', second: 'second' },
    formula: (attributes) => byOutput(attributes as UpdateAttributes),
  },
  infer(types, { expressions }) {
    const value = elementTypeOf(expressions, types);
    if (!sameType(value, types.first) || !sameType(value, types.second)) {
      throw new InternalError('What is updated has the type of the result.');
    }
    return { value, first: value, second: value };
  },
  adjoint: 'not-differentiable',
  kernels: [],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    emitUpdate(emitter, 'pointwise-update', byOutput(attributes), i, inputTypes, o, {
      first: 'first',
      second: 'second',
    });
  },
});

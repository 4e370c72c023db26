import { InternalError } from '../../internal-error';
import { sameType } from '../../ir/values';
import { defineFormulaOp } from '../pointwise/define-formula-op';

export const difference = defineFormulaOp()({
  name: 'difference',
  doc: 'a − b, element by element.',
  inputs: { a: 'any', b: 'any' },
  output: 'value',
  formula: () => ['-', 'a', 'b'],
  require({ a, b }) {
    if (!a || !b || !sameType(a, b)) {
      throw new InternalError('Operands of different types cannot be combined.');
    }
  },
  adjoint(b, _, { value: cotangent }) {
    if (cotangent === undefined) return {};
    return { a: cotangent, b: b.op('scale', { value: cotangent }, { factor: -1 }).value };
  },
});

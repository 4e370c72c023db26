import { InternalError } from '../../internal-error';
import type { Expression } from '../../ir/formula';
import { defineFormulaOp } from '../pointwise/define-formula-op';
import { clamped } from '../pointwise/expression';

const width: Expression = ['-', 'range.1', 'range.0'];

export const rescale = defineFormulaOp()({
  name: 'rescale',
  doc:
    'clamp((image − low) / (high − low), 0, 1) with range = (low, high); 0 where high ≤ low. ' +
    'The range is a setting: no gradient flows to it.',
  inputs: { image: 'field', range: 'scalars' },
  output: 'value',
  formula: () => [
    'select',
    ['<', 0, width],
    clamped(['/', ['-', 'image', 'range.0'], width], 0, 1),
    0,
  ],
  settings: ['range'],
  require({ range }) {
    if (range?.kind !== 'scalars' || range.length !== 2) {
      throw new InternalError('A range is two numbers, low and high.');
    }
  },
});

import type { Expression } from '../../ir/formula';
import { defineFormulaOp } from '../pointwise/define-formula-op';
import { applied } from '../pointwise/expression';

export type ScaledStepAttributes = {
  /** What a size of 1 is in the direction's unit: mm for a displacement. */
  readonly unitMm: number;
  /** Only shortens: directions with a norm below 1 keep their length. */
  readonly cap: boolean;
  /** Fraction of the step that is left after `maxIterations`. */
  readonly finalFraction: number;
  readonly maxIterations: number;
};

export const scaledStep = defineFormulaOp<ScaledStepAttributes>()({
  name: 'scaledStep',
  doc:
    'A step against a direction whose largest norm is known: ' +
    '−direction · size · unitMm · decay / norm, where norm = max(1, largest) with `cap`, else ' +
    'largest (0 gives 0), and decay falls linearly from 1 to finalFraction over maxIterations.',
  inputs: { direction: 'any', largest: 'scalars', size: 'scalars', iteration: 'scalars' },
  output: 'step',
  formula({ unitMm, cap, finalFraction, maxIterations }) {
    const progress: Expression = ['min', ['/', 'iteration', Math.max(1, maxIterations)], 1];
    const decay: Expression = ['-', 1, ['*', 1 - finalFraction, progress]];
    const norm: Expression = cap ? ['max', 'largest', 1] : 'largest';
    const size = applied('*', [applied('*', [['neg', 'size'], unitMm]), decay]);
    return ['*', ['select', ['<', 0, norm], ['/', size, norm], 0], 'direction'];
  },
  adjoint: 'not-differentiable',
});

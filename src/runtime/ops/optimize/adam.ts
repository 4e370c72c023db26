import { InternalError } from '../../internal-error';
import type { Expression } from '../../ir/formula';
import { sameType } from '../../ir/values';
import { defineOp } from '../define-op';
import { emitUpdate } from '../pointwise/pointwise';

export type AdamAttributes = {
  /** Decay of the mean of the gradient, in [0, 1). */
  readonly beta1: number;
  /** Decay of the mean of its square, in [0, 1). */
  readonly beta2: number;
  readonly epsilon: number;
};

/**
 * One step of Adam without its size (Kingma and Ba, arXiv 1412.6980): the direction, and both moments as they
 * become.
 */
function adamFormula({ beta1, beta2, epsilon }: AdamAttributes) {
  const steps: Expression = ['+', 'iteration', 1];
  const mean: Expression = ['+', ['*', beta1, 'mean'], ['*', 1 - beta1, 'gradient']];
  const square: Expression = ['*', ['*', 1 - beta2, 'gradient'], 'gradient'];
  const variance: Expression = ['+', ['*', beta2, 'variance'], square];
  const corrected = (moment: Expression, beta: number): Expression => [
    '*',
    moment,
    ['/', 1, ['one-minus-pow', beta, steps]],
  ];
  const root: Expression = ['sqrt', corrected(variance, beta2)];
  const direction: Expression = ['/', corrected(mean, beta1), ['+', root, epsilon]];
  return { direction: [direction], mean: [mean], variance: [variance] };
}

export const adam = defineOp<AdamAttributes>()({
  name: 'adam',
  doc:
    'Adam without the step size: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², element by element, and ' +
    'direction = m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε) with t = iteration + 1. Moments in place.',
  inputs: { gradient: 'any', mean: 'any', variance: 'any', iteration: 'scalars' },
  outputs: ['direction', 'mean', 'variance'],
  traits: {
    updatesInPlace: { mean: 'mean', variance: 'variance' },
    formula: (attributes) => adamFormula(attributes as AdamAttributes),
  },
  infer({ gradient, mean, variance }) {
    if (!sameType(gradient, mean) || !sameType(gradient, variance)) {
      throw new InternalError('Adam keeps moments of the same type as the gradient.');
    }
    return { direction: gradient, mean, variance };
  },
  adjoint: 'not-differentiable',
  kernels: [],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    emitUpdate(emitter, 'adam', adamFormula(attributes), i, inputTypes, o, {
      mean: 'mean',
      variance: 'variance',
    });
  },
});

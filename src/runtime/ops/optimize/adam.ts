import { InternalError } from '../../internal-error';
import { elementsPerBuffer, sameType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { adamStep } from './adam.cpu';
import source from './adam.wgsl?raw';

export type AdamAttributes = {
  /** Decay of the mean of the gradient, in [0, 1). */
  readonly beta1: number;
  /** Decay of the mean of its square, in [0, 1). */
  readonly beta2: number;
  readonly epsilon: number;
};

/** One step of Adam for one plane. */
export const adamKernel = defineKernel({
  name: 'adam',
  bindings: {
    gradient: 'read',
    mean: 'update',
    variance: 'update',
    iteration: 'read',
    direction: 'write',
  },
  parameters: { count: 'u32', beta1: 'f32', beta2: 'f32', epsilon: 'f32' },
  cpu: (b, p, share) =>
    adamStep(b.gradient, b.mean, b.variance, b.direction, b.iteration[0] as number, p, share),
  gpu: { source, threads: (p) => p.count },
  cost: (p) => ({ bytes: 24 * p.count, operations: 12 * p.count }),
});

export const adam = defineOp<AdamAttributes>()({
  name: 'adam',
  doc:
    'Adam without the step size: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², element by element, and ' +
    'direction = m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε) with t = iteration + 1. Moments in place.',
  inputs: { gradient: 'any', mean: 'any', variance: 'any', iteration: 'scalars' },
  outputs: ['direction', 'mean', 'variance'],
  traits: { updatesInPlace: { mean: 'mean', variance: 'variance' } },
  infer({ gradient, mean, variance }) {
    if (!sameType(gradient, mean) || !sameType(gradient, variance)) {
      throw new InternalError('Adam keeps moments of the same type as the gradient.');
    }
    return { direction: gradient, mean, variance };
  },
  adjoint: 'not-differentiable',
  kernels: [adamKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    i.gradient.forEach((plane, channel) => {
      emitter.call(
        adamKernel,
        {
          gradient: plane,
          mean: o.mean[channel],
          variance: o.variance[channel],
          iteration: i.iteration,
          direction: o.direction[channel],
        },
        { count: elementsPerBuffer(inputTypes.gradient), ...attributes },
      );
    });
  },
});

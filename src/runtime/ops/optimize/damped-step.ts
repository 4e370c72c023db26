import { InternalError } from '../../internal-error';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { solveDamped } from './damped-step.cpu';
import source from './damped-step.wgsl?raw';

/** Parameters that the kernels have room for. */
const mostParameters = 12;

const kernel = defineKernel({
  name: 'damped-step',
  bindings: { matrix: 'read', gradient: 'read', damping: 'read', step: 'write' },
  parameters: { count: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) => solveDamped(b.matrix, b.gradient, b.damping, b.step, p.count),
  gpu: { source, threads: () => 1, workgroupSize: 1 },
  cost: ({ count }) => ({ bytes: 4 * count * (count + 2), operations: count ** 3 }),
});

export const dampedStep = defineOp()({
  name: 'dampedStep',
  doc:
    '−(H + λ·diag H)⁻¹ g, H symmetric and row-major (Marquardt 1963): a parameter along which H says nothing, or nothing new, stays. ' +
    `At most ${mostParameters} parameters.`,
  inputs: { matrix: 'scalars', gradient: 'scalars', damping: 'scalars' },
  outputs: ['step'],
  infer({ matrix, gradient, damping }) {
    if (matrix.kind !== 'scalars' || gradient.kind !== 'scalars' || damping.kind !== 'scalars') {
      throw new InternalError('A damped step is made of scalars.');
    }
    const count = gradient.length;
    if (count > mostParameters || matrix.length !== count * count || damping.length !== 1) {
      throw new InternalError('A damped step takes n numbers, n × n of them, and one.');
    }
    return { step: gradient };
  },
  adjoint: 'not-differentiable',
  kernels: [kernel],
  emit(emitter, { inputs, outputs, inputTypes }) {
    const count = inputTypes.gradient.kind === 'scalars' ? inputTypes.gradient.length : 0;
    emitter.call(kernel, { ...inputs, ...outputs }, { count });
  },
});

import { scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';

const selectKernel = defineKernel({
  name: 'select-affine',
  bindings: {
    score0: 'read',
    score1: 'read',
    score2: 'read',
    score3: 'read',
    score4: 'read',
    candidate0: 'read',
    candidate1: 'read',
    candidate2: 'read',
    candidate3: 'read',
    candidate4: 'read',
    affine: 'write',
  },
  parameters: {},
  sharedAmongThreads: false,
  cpu(b) {
    const scores = [b.score0, b.score1, b.score2, b.score3, b.score4].map((s) => s[0] as number);
    const candidates = [b.candidate0, b.candidate1, b.candidate2, b.candidate3, b.candidate4];
    const best = scores.reduce(
      (lowest, score, i) => (score < (scores[lowest] as number) ? i : lowest),
      0,
    );
    b.affine.set(candidates[best] ?? b.candidate0);
  },
  gpu: 'host',
  cost: () => ({ bytes: 500, operations: 3000 }),
});

export const selectAffine = defineOp()({
  name: 'selectAffine',
  doc: 'The candidate of the lowest score; of equal ones the first.',
  inputs: {
    score0: 'scalars',
    score1: 'scalars',
    score2: 'scalars',
    score3: 'scalars',
    score4: 'scalars',
    candidate0: 'scalars',
    candidate1: 'scalars',
    candidate2: 'scalars',
    candidate3: 'scalars',
    candidate4: 'scalars',
  },
  outputs: ['affine'],
  infer: () => ({ affine: scalarsType(12) }),
  adjoint: 'not-differentiable',
  kernels: [selectKernel],
  emit(emitter, { inputs: i, outputs: o }) {
    emitter.call(selectKernel, { ...i, affine: o.affine }, {});
  },
});

import { scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import {
  momentCandidates as candidatesOnCpu,
  centresAffine as centresOnCpu,
} from './moment-candidates.cpu';

const few = () => ({ bytes: 500, operations: 3000 });

const centresKernel = defineKernel({
  name: 'centres-affine',
  bindings: { fixedMoments: 'read', movingMoments: 'read', value: 'write' },
  parameters: {},
  sharedAmongThreads: false,
  cpu: (b) => centresOnCpu(b.fixedMoments, b.movingMoments, b.value),
  gpu: 'host',
  cost: few,
});

const candidatesKernel = defineKernel({
  name: 'moment-candidates',
  bindings: {
    fixedMoments: 'read',
    movingMoments: 'read',
    candidate0: 'write',
    candidate1: 'write',
    candidate2: 'write',
    candidate3: 'write',
    candidate4: 'write',
  },
  parameters: { planar: 'i32' },
  sharedAmongThreads: false,
  cpu: (b, p) =>
    candidatesOnCpu(
      b.fixedMoments,
      b.movingMoments,
      [b.candidate0, b.candidate1, b.candidate2, b.candidate3, b.candidate4],
      p.planar !== 0,
    ),
  gpu: 'host',
  cost: few,
});

export const centresAffine = defineOp()({
  name: 'centresAffine',
  doc: 'Translation (affine, 12) that takes the fixed centre of mass to the moving one.',
  inputs: { fixedMoments: 'scalars', movingMoments: 'scalars' },
  outputs: ['value'],
  infer: () => ({ value: scalarsType(12) }),
  adjoint: 'not-differentiable',
  kernels: [centresKernel],
  emit(emitter, { inputs: i, outputs: o }) {
    emitter.call(
      centresKernel,
      { fixedMoments: i.fixedMoments, movingMoments: i.movingMoments, value: o.value },
      {},
    );
  },
});

const candidateNames = [
  'candidate0',
  'candidate1',
  'candidate2',
  'candidate3',
  'candidate4',
] as const;

export const momentCandidates = defineOp<{ readonly planar: boolean }>()({
  name: 'momentCandidates',
  doc:
    'Affines (12) worth trying: centres of mass together without a turn, and with the four proper ' +
    'turns that lay principal axes on each other; never a mirror image. Planar: two turns.',
  inputs: { fixedMoments: 'scalars', movingMoments: 'scalars' },
  outputs: candidateNames,
  infer: () => ({
    candidate0: scalarsType(12),
    candidate1: scalarsType(12),
    candidate2: scalarsType(12),
    candidate3: scalarsType(12),
    candidate4: scalarsType(12),
  }),
  adjoint: 'not-differentiable',
  kernels: [candidatesKernel],
  emit(emitter, { inputs: i, outputs: o, attributes }) {
    emitter.call(
      candidatesKernel,
      { fixedMoments: i.fixedMoments, movingMoments: i.movingMoments, ...o },
      { planar: attributes.planar ? 1 : 0 },
    );
  },
});

import { scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import {
  momentCandidates as candidatesOnCpu,
  centresAffine as centresOnCpu,
  imageMoments as momentsOnCpu,
} from './moments.cpu';

const few = () => ({ bytes: 500, operations: 3000 });

const momentsKernel = defineKernel({
  name: 'image-moments',
  bindings: { image: 'read', value: 'write' },
  parameters: { nx: 'i32', ny: 'i32', nz: 'i32', worldFromVoxel: 'matrix3x4' },
  sharedAmongThreads: false,
  cpu: (b, p) => momentsOnCpu(b.image, b.value, p),
  gpu: 'host',
  cost: (p) => ({ bytes: 4 * p.nx * p.ny * p.nz, operations: 40 * p.nx * p.ny * p.nz }),
});

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
  cost: few,
});

export const imageMoments = defineOp()({
  name: 'imageMoments',
  doc:
    'Mass, centre (3, mm) and covariance (xx, xy, xz, yy, yz, zz, mm²) of an image, voxels weighed ' +
    'by intensity above zero or above the lowest one.',
  inputs: { image: 'field' },
  outputs: ['value'],
  infer: ({ image }) => {
    asField(image, 1);
    return { value: scalarsType(10) };
  },
  adjoint: 'not-differentiable',
  kernels: [momentsKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const { grid } = asField(inputTypes.image);
    const [nx, ny, nz] = grid.sizeVoxels;
    emitter.call(
      momentsKernel,
      { image: i.image, value: o.value },
      { nx, ny, nz, worldFromVoxel: [...grid.worldFromVoxel] },
    );
  },
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

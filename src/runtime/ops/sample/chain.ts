import { type FieldType, scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { reductionChunks, reductionThreads, reductionWorkgroup } from '../reduction';
import { affineFromPartials } from './chain.cpu';
import affineFinishSource from './chain-affine-finish.wgsl?raw';
import affinePartialsSource from './chain-affine-partials.wgsl?raw';
import { type ChainAttributes, sourceFromWorld } from './chain-attributes';
import displacementSource from './chain-displacement.wgsl?raw';
import { withGaussian } from './chain-smoothed';
import { chainedToDisplacement, sumForAffine } from './sample.simd';

const chainDisplacementKernel = defineKernel({
  name: 'chain-displacement',
  bindings: { cotangent: 'read', affine: 'read?', value: 'update3' },
  parameters: {
    voxels: 'i32',
    worldFromTarget: 'matrix3x4',
    sourceFromWorld: 'matrix3x4',
    transformed: 'i32',
  },
  cpu: chainedToDisplacement,
  gpu: { source: displacementSource, threads: (p) => p.voxels },
  cost: (p) => ({ bytes: 28 * p.voxels, operations: 18 * p.voxels }),
});

export const affinePartialsKernel = defineKernel({
  name: 'chain-affine-partials',
  bindings: { cotangent: 'read', derivative: 'read3', displacement: 'read3?', partials: 'write' },
  parameters: { nx: 'i32', ny: 'i32', nz: 'i32', worldFromTarget: 'matrix3x4', displaced: 'i32' },
  cpu: sumForAffine,
  gpu: {
    source: affinePartialsSource,
    threads: (p) => reductionThreads({ count: p.nx * p.ny * p.nz }),
    workgroupSize: reductionWorkgroup,
  },
  cost: (p) => ({ bytes: 28 * p.nx * p.ny * p.nz, operations: 36 * p.nx * p.ny * p.nz }),
});

export const affineFinishKernel = defineKernel({
  name: 'chain-affine-finish',
  bindings: { partials: 'read', value: 'write' },
  parameters: { sourceFromWorld: 'matrix3x4', chunks: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) => affineFromPartials(b.partials, b.value, p),
  gpu: { source: affineFinishSource, threads: () => 64, workgroupSize: 64 },
  cost: (p) => ({ bytes: 4 * 12 * p.chunks, operations: 12 * p.chunks }),
});

export const chainToDisplacement = defineOp<ChainAttributes>()({
  name: 'chainToDisplacement',
  doc:
    'Gradient of a loss with respect to the displacement (mm) that moved the sample points: ' +
    '(S·A)ᵀ·(cotangent·derivative), S source voxels from world. In place over the derivative.',
  inputs: { cotangent: 'field', derivative: 'field', affine: 'scalars?' },
  outputs: ['value'],
  traits: { updatesInPlace: { value: 'derivative' }, fusesWith: [withGaussian] },
  infer: ({ derivative }) => ({ value: asField(derivative, 3) }),
  adjoint: 'not-differentiable',
  kernels: [chainDisplacementKernel],
  emit(emitter, { inputs: i, inputTypes, attributes }) {
    const grid = asField(inputTypes.derivative).grid;
    const [nx, ny, nz] = grid.sizeVoxels;
    emitter.call(
      chainDisplacementKernel,
      { cotangent: i.cotangent, affine: i.affine, value: i.derivative },
      {
        voxels: nx * ny * nz,
        worldFromTarget: [...grid.worldFromVoxel],
        sourceFromWorld: sourceFromWorld(attributes),
        transformed: i.affine === undefined ? 0 : 1,
      },
    );
  },
});

export const chainToAffine = defineOp<ChainAttributes>()({
  name: 'chainToAffine',
  doc:
    'Gradient of a loss with respect to the affine (12, row-major) that moved the sample points: ' +
    'Σ Sᵀ(cotangent·derivative) ⊗ (x + u, 1).',
  inputs: { cotangent: 'field', derivative: 'field', displacement: 'field?' },
  outputs: ['value'],
  infer: () => ({ value: scalarsType(12) }),
  adjoint: 'not-differentiable',
  kernels: [affinePartialsKernel, affineFinishKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const field: FieldType = asField(inputTypes.derivative, 3);
    const [nx, ny, nz] = field.grid.sizeVoxels;
    const chunks = reductionChunks(nx * ny * nz);
    const partials = emitter.scratch(chunks * 12);
    emitter.call(
      affinePartialsKernel,
      {
        cotangent: i.cotangent,
        derivative: i.derivative,
        displacement: i.displacement,
        partials,
      },
      {
        nx,
        ny,
        nz,
        worldFromTarget: [...field.grid.worldFromVoxel],
        displaced: i.displacement === undefined ? 0 : 1,
      },
    );
    emitter.call(
      affineFinishKernel,
      { partials, value: o.value },
      { sourceFromWorld: sourceFromWorld(attributes), chunks },
    );
  },
});

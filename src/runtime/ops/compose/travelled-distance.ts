import { fieldType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { type GridAttributes, gridOf, requireDisplacementOn } from '../grid-attributes';
import { travelledDistances } from './travelled-distance.cpu';
import source from './travelled-distance.wgsl?raw';

const kernel = defineKernel({
  name: 'travelled-distance',
  bindings: { displacement: 'read3?', affine: 'read?', distance: 'write' },
  parameters: {
    nx: 'u32',
    ny: 'u32',
    nz: 'u32',
    worldFromTarget: 'matrix3x4',
    displaced: 'u32',
    transformed: 'u32',
  },
  cpu: (b, p, share) => travelledDistances(b.displacement, b.affine, b.distance, p, share),
  gpu: { source, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({ bytes: 16 * p.nx * p.ny * p.nz, operations: 50 * p.nx * p.ny * p.nz }),
});

export const travelledDistance = defineOp<GridAttributes>()({
  name: 'travelledDistance',
  doc: 'distance(x) = |A·(x + u(x)) − x|, mm, at every voxel of a grid: u in mm on it, A an affine; either may be left out.',
  inputs: { displacement: 'field?', affine: 'scalars?' },
  outputs: ['distance'],
  infer({ displacement }, attributes) {
    const grid = gridOf(attributes);
    requireDisplacementOn(grid, displacement);
    return { distance: fieldType(grid, 1) };
  },
  adjoint: 'not-differentiable',
  kernels: [kernel],
  emit(emitter, { inputs: { displacement, affine }, outputs, attributes }) {
    const [nx, ny, nz] = gridOf(attributes).sizeVoxels;
    emitter.call(
      kernel,
      { displacement, affine, distance: outputs.distance },
      {
        nx,
        ny,
        nz,
        worldFromTarget: attributes.worldFromVoxel,
        displaced: displacement === undefined ? 0 : 1,
        transformed: affine === undefined ? 0 : 1,
      },
    );
  },
});

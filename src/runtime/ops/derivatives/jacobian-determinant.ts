import { voxelFromWorld } from '../../../imaging/grid';
import { fieldType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { jacobianDeterminants } from './jacobian.cpu';
import source from './jacobian-determinant.wgsl?raw';

const jacobianDeterminantKernel = defineKernel({
  name: 'jacobian-determinant',
  bindings: { displacement: 'read3', affine: 'read?', determinant: 'write' },
  parameters: {
    nx: 'u32',
    ny: 'u32',
    nz: 'u32',
    voxelFromWorld: 'matrix3x4',
    transformed: 'u32',
  },
  cpu: (b, p, share) => jacobianDeterminants(b.displacement, b.affine, b.determinant, p, share),
  gpu: { source, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({ bytes: 16 * p.nx * p.ny * p.nz, operations: 70 * p.nx * p.ny * p.nz }),
});

export const jacobianDeterminant = defineOp()({
  name: 'jacobianDeterminant',
  doc:
    'det(A·(I + ∂u/∂x)) at every voxel: u in mm, A the affine (1 where there is none). Central ' +
    "differences through the grid's matrix, one-sided at the border, zero across a single slice.",
  inputs: { displacement: 'field', affine: 'scalars?' },
  outputs: ['determinant'],
  infer: ({ displacement }) => ({ determinant: fieldType(asField(displacement, 3).grid, 1) }),
  adjoint: 'not-differentiable',
  kernels: [jacobianDeterminantKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const { grid } = asField(inputTypes.displacement);
    const [nx, ny, nz] = grid.sizeVoxels;
    emitter.call(
      jacobianDeterminantKernel,
      { displacement: i.displacement, affine: i.affine, determinant: o.determinant },
      {
        nx,
        ny,
        nz,
        voxelFromWorld: [...voxelFromWorld(grid)],
        transformed: i.affine === undefined ? 0 : 1,
      },
    );
  },
});

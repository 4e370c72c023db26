import { InternalError } from '../../internal-error';
import { sameType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { alternateBlocks } from './checkerboard.cpu';
import source from './checkerboard.wgsl?raw';

const checkerboardKernel = defineKernel({
  name: 'checkerboard',
  bindings: { a: 'read', b: 'read', value: 'write' },
  parameters: { nx: 'u32', ny: 'u32', nz: 'u32', sizeVoxels: 'u32' },
  cpu: (b, p, share) => alternateBlocks(b.a, b.b, b.value, p, share),
  gpu: { source, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({ bytes: 12 * p.nx * p.ny * p.nz, operations: 4 * p.nx * p.ny * p.nz }),
});

export const checkerboard = defineOp<{ readonly sizeVoxels: number }>()({
  name: 'checkerboard',
  doc: 'a and b in alternating cubes with an edge of `sizeVoxels`; the first cube is of a.',
  inputs: { a: 'field', b: 'field' },
  outputs: ['value'],
  infer({ a, b }, { sizeVoxels }) {
    if (!sameType(asField(a), asField(b))) {
      throw new InternalError('A checkerboard needs two images on one grid.');
    }
    if (!Number.isInteger(sizeVoxels) || sizeVoxels < 1) {
      throw new InternalError('A block has a whole number of voxels.');
    }
    return { value: a };
  },
  adjoint: 'not-differentiable',
  kernels: [checkerboardKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes: { sizeVoxels } }) {
    const [nx, ny, nz] = asField(inputTypes.a).grid.sizeVoxels;
    i.a.forEach((plane, channel) => {
      emitter.call(
        checkerboardKernel,
        { a: plane, b: i.b[channel], value: o.value[channel] },
        { nx, ny, nz, sizeVoxels },
      );
    });
  },
});

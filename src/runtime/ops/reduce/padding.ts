import { scalarsType } from '../../ir/values';
import { Scratch } from '../../simd/scratch';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { paddingIn } from './padding.cpu';

const kernel = defineKernel({
  name: 'padding',
  bindings: { image: 'read', report: 'write' },
  parameters: { nx: 'i32', ny: 'i32', nz: 'i32' },
  sharedAmongThreads: false,
  cpu(b, p, _, simd) {
    const image = b.image.subarray(0, p.nx * p.ny * p.nz);
    const padding = paddingIn(image, p, new Scratch(simd));
    b.report[0] = padding?.value ?? 0;
    b.report[1] = (padding?.count ?? 0) / image.length;
  },
  gpu: 'host',
  cost: (p) => {
    const count = p.nx * p.ny * p.nz;
    return { bytes: 4 * count, operations: 2 * count };
  },
});

export const padding = defineOp()({
  name: 'padding',
  doc:
    'The value that stands for "no data" in an image, and the share of the voxels that have it; 0 and 0 ' +
    'where there is none.',
  inputs: { image: 'field' },
  outputs: ['report'],
  infer: ({ image }) => {
    asField(image, 1);
    return { report: scalarsType(2) };
  },
  adjoint: 'not-differentiable',
  kernels: [kernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const [nx, ny, nz] = asField(inputTypes.image).grid.sizeVoxels;
    emitter.call(kernel, { image: i.image, report: o.report }, { nx, ny, nz });
  },
});

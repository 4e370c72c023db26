import { scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { imageMoments as momentsOnCpu } from './image-moments.cpu';

const momentsKernel = defineKernel({
  name: 'image-moments',
  bindings: { image: 'read', value: 'write' },
  parameters: { nx: 'i32', ny: 'i32', nz: 'i32', worldFromVoxel: 'matrix3x4' },
  sharedAmongThreads: false,
  cpu: (b, p) => momentsOnCpu(b.image, b.value, p),
  gpu: 'host',
  cost: (p) => ({ bytes: 4 * p.nx * p.ny * p.nz, operations: 40 * p.nx * p.ny * p.nz }),
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

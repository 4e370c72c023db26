import { InternalError } from '../../internal-error';
import { pointsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { findCentroids } from './label-centroids.cpu';

const labelCentroidsKernel = defineKernel({
  name: 'label-centroids',
  bindings: { labels: 'read u32', places: 'read', centroids: 'write3', present: 'write' },
  parameters: {
    nx: 'u32',
    ny: 'u32',
    nz: 'u32',
    worldFromVoxel: 'matrix3x4',
    count: 'u32',
  },
  sharedAmongThreads: false,
  cpu: (b, p) => findCentroids(b, p),
  // Once, before a registration begins.
  gpu: 'host',
  cost: (p) => ({ bytes: 4 * p.nx * p.ny * p.nz, operations: 6 * p.nx * p.ny * p.nz }),
});

export const labelCentroids = defineOp<{ readonly count: number }>()({
  name: 'labelCentroids',
  doc:
    'Where the middle of each label lies: the mean position of its voxels, mm (RAS+), and 1 where it has some, else 0. The number at an ' +
    'index of `places` says which of `count` labels that index stands for, −1 for none.',
  inputs: { labels: 'field', places: 'scalars' },
  outputs: ['centroids', 'present'],
  infer({ labels, places }, { count }) {
    asField(labels, 1, 'u32');
    if (places.kind !== 'scalars') throw new InternalError('Places are a list of numbers.');
    return { centroids: pointsType(count, 3), present: pointsType(count, 1) };
  },
  adjoint: 'not-differentiable',
  kernels: [labelCentroidsKernel],
  emit(emitter, { inputs, outputs, inputTypes, attributes: { count } }) {
    const { sizeVoxels, worldFromVoxel } = asField(inputTypes.labels, 1, 'u32').grid;
    const [nx, ny, nz] = sizeVoxels;
    emitter.call(
      labelCentroidsKernel,
      { ...inputs, ...outputs },
      { nx, ny, nz, worldFromVoxel: [...worldFromVoxel], count },
    );
  },
});

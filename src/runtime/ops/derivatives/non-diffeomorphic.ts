import { voxelFromWorld } from '../../../imaging/grid';
import { scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { foldingQuantities, nonDiffeomorphicSlices, reportFolding } from './non-diffeomorphic.cpu';

const slicesKernel = defineKernel({
  name: 'non-diffeomorphic-slices',
  bindings: { displacement: 'read3', affine: 'read?', partials: 'write' },
  parameters: { nx: 'u32', ny: 'u32', nz: 'u32', voxelFromWorld: 'matrix3x4' },
  cpu: (b, p, share, simd) =>
    nonDiffeomorphicSlices(b.displacement, b.affine, b.partials, p, share, simd),
  gpu: 'host',
  cost: (p) => ({ bytes: 12 * p.nx * p.ny * p.nz, operations: 600 * p.nx * p.ny * p.nz }),
});

const reportKernel = defineKernel({
  name: 'non-diffeomorphic-report',
  bindings: { partials: 'read', report: 'write' },
  parameters: { slices: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) => reportFolding(b.partials, b.report, p.slices),
  gpu: 'host',
  cost: (p) => ({ bytes: 12 * p.slices, operations: 3 * p.slices }),
});

export const nonDiffeomorphicReport = defineOp()({
  name: 'nonDiffeomorphicReport',
  doc:
    'Of x ↦ A·(x + u(x)), u in mm: volume of the simplices that are turned inside out, in percent of the volume of ' +
    'the voxels, and the percentage of voxels that have any. The simplices are those of all corners of a voxel and, in a volume, ' +
    'the two in the middle (Liu et al. 2024). A voxel at either end of an axis longer than one is left out; −1 where none is left.',
  inputs: { displacement: 'field', affine: 'scalars?' },
  outputs: ['report'],
  infer({ displacement }) {
    asField(displacement, 3);
    return { report: scalarsType(2) };
  },
  adjoint: 'not-differentiable',
  kernels: [slicesKernel, reportKernel],
  emit(emitter, { inputs: { displacement, affine }, outputs: { report }, inputTypes }) {
    const { grid } = asField(inputTypes.displacement, 3);
    const [nx, ny, nz] = grid.sizeVoxels;
    const partials = emitter.scratch(foldingQuantities * nz);
    const size = { nx, ny, nz, voxelFromWorld: [...voxelFromWorld(grid)] };
    emitter.call(slicesKernel, { displacement, affine, partials }, size);
    emitter.call(reportKernel, { partials, report }, { slices: nz });
  },
});

import { scalarsType } from '../../ir/values';
import { Scratch } from '../../simd/scratch';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { reportLength, searchStart as searchOnCpu } from './search-start.cpu';

export type SearchStartAttributes = {
  /** Try the turns that lay principal axes on each other. */
  readonly tryAxes: boolean;
  /** Try many coarse turns and shifts. */
  readonly trySearch: boolean;
  /** Part by which another start must explain more than the headers' to be taken. */
  readonly margin: number;
};

const kernel = defineKernel({
  name: 'search-start',
  bindings: { fixed: 'read', moving: 'read', affine: 'write', report: 'write' },
  parameters: {
    nx: 'i32',
    ny: 'i32',
    nz: 'i32',
    fixedWorldFromVoxel: 'matrix3x4',
    movingNx: 'i32',
    movingNy: 'i32',
    movingNz: 'i32',
    movingWorldFromVoxel: 'matrix3x4',
    tryAxes: 'i32',
    trySearch: 'i32',
    margin: 'f32',
  },
  sharedAmongThreads: false,
  cpu(b, p, _, simd) {
    searchOnCpu(
      { values: b.fixed, size: p, worldFromVoxel: p.fixedWorldFromVoxel },
      {
        values: b.moving,
        size: { nx: p.movingNx, ny: p.movingNy, nz: p.movingNz },
        worldFromVoxel: p.movingWorldFromVoxel,
      },
      b.affine,
      b.report,
      { tryAxes: p.tryAxes !== 0, trySearch: p.trySearch !== 0, margin: p.margin },
      new Scratch(simd),
    );
  },
  gpu: 'host',
  cost: (p) => {
    const voxels = p.nx * p.ny * p.nz + p.movingNx * p.movingNy * p.movingNz;
    return { bytes: 16 * voxels, operations: 50 * voxels + 4e8 };
  },
});

export const searchStart = defineOp<SearchStartAttributes>()({
  name: 'searchStart',
  doc:
    'A rigid affine (12) that brings two images roughly together: tries where the headers put them, ' +
    'middle on middle, mass on mass, principal axes, and a coarse search, refines each on coarse ' +
    'copies, and takes the one that explains most; that of the headers unless another is better by the ' +
    'margin. The report: the kind taken, its gain on the headers in percent, of each kind the part ' +
    'explained, the overlap, the turn in degrees and the shift in mm; last, how much of the turn that refining ' +
    'may make (30°) was used by what was taken, in percent.',
  inputs: { fixed: 'field', moving: 'field' },
  outputs: ['affine', 'report'],
  infer({ fixed, moving }) {
    asField(fixed, 1);
    asField(moving, 1);
    return { affine: scalarsType(12), report: scalarsType(reportLength) };
  },
  adjoint: 'not-differentiable',
  kernels: [kernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const fixed = asField(inputTypes.fixed).grid;
    const moving = asField(inputTypes.moving).grid;
    const [nx, ny, nz] = fixed.sizeVoxels;
    const [movingNx, movingNy, movingNz] = moving.sizeVoxels;
    emitter.call(
      kernel,
      { fixed: i.fixed, moving: i.moving, affine: o.affine, report: o.report },
      {
        nx,
        ny,
        nz,
        fixedWorldFromVoxel: [...fixed.worldFromVoxel],
        movingNx,
        movingNy,
        movingNz,
        movingWorldFromVoxel: [...moving.worldFromVoxel],
        tryAxes: attributes.tryAxes ? 1 : 0,
        trySearch: attributes.trySearch ? 1 : 0,
        margin: attributes.margin,
      },
    );
  },
});

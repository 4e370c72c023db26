import { scalarsType } from '../../ir/values';
import { Scratch } from '../../simd/scratch';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { evenIntensity as evenOnCpu, evenReportLength } from './even-intensity.cpu';

export type EvenIntensityAttributes = {
  /** Factor from one end to the other up to which brightness may change. */
  readonly leastFold: number;
};

const kernel = defineKernel({
  name: 'even-intensity',
  bindings: {
    fixed: 'read',
    moving: 'read',
    evenFixed: 'write',
    evenMoving: 'write',
    report: 'write',
  },
  parameters: {
    nx: 'i32',
    ny: 'i32',
    nz: 'i32',
    fixedWorldFromVoxel: 'matrix3x4',
    movingNx: 'i32',
    movingNy: 'i32',
    movingNz: 'i32',
    movingWorldFromVoxel: 'matrix3x4',
    leastFold: 'f32',
  },
  sharedAmongThreads: false,
  cpu(b, p, _, simd) {
    const fixedCount = p.nx * p.ny * p.nz;
    const movingCount = p.movingNx * p.movingNy * p.movingNz;
    evenOnCpu(
      {
        fixed: {
          values: b.fixed.subarray(0, fixedCount),
          size: p,
          worldFromVoxel: p.fixedWorldFromVoxel,
        },
        moving: {
          values: b.moving.subarray(0, movingCount),
          size: { nx: p.movingNx, ny: p.movingNy, nz: p.movingNz },
          worldFromVoxel: p.movingWorldFromVoxel,
        },
      },
      { fixed: b.evenFixed, moving: b.evenMoving, report: b.report },
      p.leastFold,
      new Scratch(simd),
    );
  },
  gpu: 'host',
  cost: (p) => {
    const voxels = p.nx * p.ny * p.nz + p.movingNx * p.movingNy * p.movingNz;
    return { bytes: 16 * voxels, operations: 20 * voxels + 5e7 };
  },
});

export const evenIntensity = defineOp<EvenIntensityAttributes>()({
  name: 'evenIntensity',
  doc:
    'Two images without the shading of either, brightness that changes exponentially along a line, where one of them ' +
    'has more of it than the least fold and parts of that image agree on it; the same numbers otherwise. The ' +
    'report: of the fixed and then of the moving image the factor from one end to the other and the ' +
    'agreement, then how much of the shading was taken out, in percent.',
  inputs: { fixed: 'field', moving: 'field' },
  outputs: ['evenFixed', 'evenMoving', 'report'],
  infer({ fixed, moving }) {
    asField(fixed, 1);
    asField(moving, 1);
    return { evenFixed: fixed, evenMoving: moving, report: scalarsType(evenReportLength) };
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
      {
        fixed: i.fixed,
        moving: i.moving,
        evenFixed: o.evenFixed,
        evenMoving: o.evenMoving,
        report: o.report,
      },
      {
        nx,
        ny,
        nz,
        fixedWorldFromVoxel: [...fixed.worldFromVoxel],
        movingNx,
        movingNy,
        movingNz,
        movingWorldFromVoxel: [...moving.worldFromVoxel],
        leastFold: attributes.leastFold,
      },
    );
  },
});

import { InternalError } from '../../internal-error';
import { fieldType, planeStride, sameType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField, requireWeightOn } from '../grid-attributes';
import { featureDistances, twiceMeanAlongAxis } from './displacement-costs.cpu';
import distancesSource from './feature-distances.wgsl?raw';
import twiceMeanSource from './twice-mean.wgsl?raw';
import {
  type DisplacementWindow,
  requireWindow,
  windowParameters,
  windowParameterValues,
} from './window-of-displacements';

const size = { nx: 'i32', ny: 'i32', nz: 'i32', stride: 'i32' } as const;

const featureDistancesKernel = defineKernel({
  name: 'feature-distances',
  bindings: {
    fixed: 'read',
    moving: 'read',
    fixedWeight: 'read',
    movingWeight: 'read',
    unknown: 'read',
    costs: 'write',
  },
  parameters: { ...size, ...windowParameters, channels: 'i32' },
  cpu: featureDistances,
  gpu: { source: distancesSource, threads: (p) => p.nx * p.ny * p.nz * p.count },
  cost: (p) => ({
    bytes: 4 * p.nx * p.ny * p.nz * (p.count + 2 * p.channels + 2),
    operations: 3 * p.channels * p.nx * p.ny * p.nz * p.count,
  }),
});

const twiceMeanKernel = defineKernel({
  name: 'twice-mean',
  bindings: { source: 'read', smoothed: 'write' },
  parameters: { ...size, count: 'i32', axis: 'i32' },
  cpu: (b, p, share) => twiceMeanAlongAxis(b.source, b.smoothed, p, share),
  gpu: { source: twiceMeanSource, threads: (p) => p.nx * p.ny * p.nz * p.count },
  cost: (p) => ({
    bytes: 8 * p.nx * p.ny * p.nz * p.count,
    operations: 9 * p.nx * p.ny * p.nz * p.count,
  }),
});

export const displacementCosts = defineOp<DisplacementWindow>()({
  name: 'displacementCosts',
  doc:
    'What each displacement d of a run costs at each voxel x, a channel a displacement: ω_F(x)·(ω_M(x+d)·Σ_c (F_c(x) − ' +
    'M_c(x+d))² + (1 − ω_M(x+d))·unknown), where ω_M is 0 beyond the grid; then, twice, the mean over 3×3×3 voxels, ' +
    'clipped at the border. Displacements are in whole voxels, x fastest, −reach first. Features have at least four channels.',
  inputs: {
    fixed: 'field',
    moving: 'field',
    fixedWeight: 'field',
    movingWeight: 'field',
    unknown: 'scalars',
  },
  outputs: ['costs'],
  infer({ fixed, moving, fixedWeight, movingWeight, unknown }, window) {
    requireWindow(window);
    const type = asField(fixed);
    if (!sameType(type, asField(moving)) || type.channels < 4) {
      throw new InternalError('Features lie on one grid, and have at least four channels.');
    }
    requireWeightOn(type, fixedWeight);
    requireWeightOn(type, movingWeight);
    if (unknown.kind !== 'scalars' || unknown.length !== 1) {
      throw new InternalError('What an unknown partner costs is one number.');
    }
    return { costs: fieldType(type.grid, window.count) };
  },
  adjoint: 'not-differentiable',
  kernels: [featureDistancesKernel, twiceMeanKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, outputTypes, attributes }) {
    const type = asField(inputTypes.fixed);
    const [nx, ny, nz] = type.grid.sizeVoxels;
    const shape = { nx, ny, nz, stride: planeStride(type) };
    const costs = emitter.together(o.costs);
    const other = emitter.scratch(attributes.count * planeStride(outputTypes.costs));
    emitter.call(
      featureDistancesKernel,
      {
        fixed: emitter.together(i.fixed),
        moving: emitter.together(i.moving),
        fixedWeight: i.fixedWeight,
        movingWeight: i.movingWeight,
        unknown: i.unknown,
        costs: other,
      },
      { ...shape, ...windowParameterValues(attributes), channels: type.channels },
    );
    for (const axis of [0, 1, 2]) {
      const [source, smoothed] = axis === 1 ? [costs, other] : [other, costs];
      emitter.call(
        twiceMeanKernel,
        { source, smoothed },
        {
          ...shape,
          count: attributes.count,
          axis,
        },
      );
    }
  },
});

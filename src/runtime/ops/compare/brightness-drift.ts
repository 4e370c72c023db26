import { scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField, requireWeightOn } from '../grid-attributes';
import { reportDrift } from './brightness-drift.cpu';

const brightnessDriftKernel = defineKernel({
  name: 'brightness-drift',
  bindings: { fixed: 'read', warped: 'read', weight: 'read', report: 'write' },
  parameters: { nx: 'u32', ny: 'u32', nz: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) => reportDrift(b, b.report, p),
  gpu: 'host',
  cost: (p) => ({ bytes: 36 * p.nx * p.ny * p.nz, operations: 60 * p.nx * p.ny * p.nz }),
});

export const brightnessDrift = defineOp()({
  name: 'brightnessDrift',
  doc:
    'Factor by which the brightness of two aligned images drifts apart from one end to the other, and ' +
    'the share of the variance of log(warped / fixed) that this linear drift explains; over voxels that ' +
    'are foreground in both and whose weight is above ½.',
  inputs: { fixed: 'field', warped: 'field', weight: 'field' },
  outputs: ['report'],
  infer({ fixed, weight }) {
    asField(fixed, 1);
    requireWeightOn(fixed, weight);
    return { report: scalarsType(2) };
  },
  adjoint: 'not-differentiable',
  kernels: [brightnessDriftKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const [nx, ny, nz] = asField(inputTypes.fixed).grid.sizeVoxels;
    emitter.call(
      brightnessDriftKernel,
      { fixed: i.fixed, warped: i.warped, weight: i.weight, report: o.report },
      { nx, ny, nz },
    );
  },
});

import { scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { reportJacobian } from './jacobian.cpu';

const jacobianReportKernel = defineKernel({
  name: 'jacobian-report',
  bindings: { determinant: 'read', report: 'write' },
  parameters: { nx: 'u32', ny: 'u32', nz: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) => reportJacobian(b.determinant, b.report, p),
  gpu: 'host',
  cost: (p) => ({ bytes: 4 * p.nx * p.ny * p.nz, operations: 20 * p.nx * p.ny * p.nz }),
});

export const jacobianReport = defineOp()({
  name: 'jacobianReport',
  doc:
    'Minimum; percentage of voxels at or below zero; standard deviation of the natural logarithm ' +
    'over the others; mean. One voxel is left out at either end of every axis longer than two. Then the standard ' +
    'deviation of log(min(max(J + 3, 1e-9), 1e9)), two voxels left out at either end of every axis longer than one; −1 ' +
    'where nothing is left.',
  inputs: { determinant: 'field' },
  outputs: ['report'],
  infer({ determinant }) {
    asField(determinant, 1);
    return { report: scalarsType(5) };
  },
  adjoint: 'not-differentiable',
  kernels: [jacobianReportKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const [nx, ny, nz] = asField(inputTypes.determinant).grid.sizeVoxels;
    emitter.call(
      jacobianReportKernel,
      { determinant: i.determinant, report: o.report },
      { nx, ny, nz },
    );
  },
});

import { scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asPoints } from '../grid-attributes';
import { distanceMeasures, reportDistances } from './distance-report.cpu';

const distanceReportKernel = defineKernel({
  name: 'distance-report',
  bindings: { distances: 'read', report: 'write' },
  parameters: { count: 'u32' },
  sharedAmongThreads: false,
  cpu: (b) => reportDistances(b.distances, b.report),
  gpu: 'host',
  cost: (p) => ({ bytes: 8 * p.count, operations: 20 * p.count }),
});

export const distanceReport = defineOp()({
  name: 'distanceReport',
  doc: 'Mean, standard deviation, median and maximum of one number a point, then these numbers themselves.',
  inputs: { distances: 'points' },
  outputs: ['report'],
  infer: ({ distances }) => ({
    report: scalarsType(distanceMeasures.length + asPoints(distances, 1).count),
  }),
  adjoint: 'not-differentiable',
  kernels: [distanceReportKernel],
  emit(emitter, { inputs: { distances }, outputs: { report }, inputTypes }) {
    const { count } = asPoints(inputTypes.distances);
    emitter.call(distanceReportKernel, { distances, report }, { count });
  },
});

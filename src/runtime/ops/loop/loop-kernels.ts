import { defineKernel, shareOf } from '../define-kernel';
import advanceSource from './advance-iteration.wgsl?raw';
import copySource from './copy.wgsl?raw';
import fillSource from './fill.wgsl?raw';
import recordSource from './record-loss.wgsl?raw';

/** value[i] = number. */
export const fillKernel = defineKernel({
  name: 'fill',
  bindings: { value: 'write' },
  parameters: { count: 'i32', number: 'f32' },
  cpu(b, p, share) {
    const [begin, end] = shareOf(p.count, share);
    b.value.fill(p.number, begin, end);
  },
  gpu: { source: fillSource, threads: (p) => p.count },
  cost: (p) => ({ bytes: 4 * p.count, operations: 0 }),
});

/** value[i] = source[i]. */
export const copyKernel = defineKernel({
  name: 'copy',
  bindings: { source: 'read', value: 'write' },
  parameters: { count: 'i32' },
  cpu(b, p, share) {
    const [begin, end] = shareOf(p.count, share);
    b.value.set(b.source.subarray(begin, end), begin);
  },
  gpu: { source: copySource, threads: (p) => p.count },
  cost: (p) => ({ bytes: 8 * p.count, operations: 0 }),
});

/** trace[iteration · columns + column] = loss. */
export const recordLossKernel = defineKernel({
  name: 'record-loss',
  bindings: { loss: 'read', iteration: 'read', trace: 'update' },
  parameters: { column: 'i32', columns: 'i32' },
  sharedAmongThreads: false,
  cpu(b, p) {
    b.trace[(b.iteration[0] as number) * p.columns + p.column] = b.loss[0] as number;
  },
  gpu: { source: recordSource, threads: () => 1, workgroupSize: 1 },
  cost: () => ({ bytes: 12, operations: 1 }),
});

/** iteration += 1. The counter lives on the device, so that one recorded iteration serves for all. */
export const advanceIterationKernel = defineKernel({
  name: 'advance-iteration',
  bindings: { iteration: 'update' },
  parameters: {},
  sharedAmongThreads: false,
  cpu(b) {
    b.iteration[0] = (b.iteration[0] as number) + 1;
  },
  gpu: { source: advanceSource, threads: () => 1, workgroupSize: 1 },
  cost: () => ({ bytes: 8, operations: 1 }),
});

/** Kernels that loops need and no op calls by itself. */
export const loopKernels = [
  fillKernel,
  copyKernel,
  recordLossKernel,
  advanceIterationKernel,
] as const;

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

/** `copy` of whole numbers: as floats they could lose their bits, where a device takes small ones for 0. */
const copyIndicesKernel = defineKernel({
  name: 'copy-u32',
  bindings: { source: 'read u32', value: 'write u32' },
  parameters: { count: 'i32' },
  cpu(b, p, share) {
    const [begin, end] = shareOf(p.count, share);
    b.value.set(b.source.subarray(begin, end), begin);
  },
  gpu: { source: copySource, threads: (p) => p.count },
  cost: (p) => ({ bytes: 8 * p.count, operations: 0 }),
});

const copyIntegersKernel = defineKernel({
  name: 'copy-i32',
  bindings: { source: 'read i32', value: 'write i32' },
  parameters: { count: 'i32' },
  cpu(b, p, share) {
    const [begin, end] = shareOf(p.count, share);
    b.value.set(b.source.subarray(begin, end), begin);
  },
  gpu: { source: copySource, threads: (p) => p.count },
  cost: (p) => ({ bytes: 8 * p.count, operations: 0 }),
});

/** The kernel that copies elements of a type. */
export const copyKernels = {
  f32: copyKernel,
  i32: copyIntegersKernel,
  u32: copyIndicesKernel,
} as const;

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
  ...Object.values(copyKernels),
  recordLossKernel,
  advanceIterationKernel,
] as const;

import { defineKernel, shareOf } from '../define-kernel';
import { chunkLength, reductionChunks, reductionThreads, reductionWorkgroup } from '../reduction';
import divideSource from './divide-by-weight.wgsl?raw';
import fillSource from './fill-outside.wgsl?raw';
import inverseSource from './inverse.wgsl?raw';
import nonZeroSource from './non-zero.wgsl?raw';
import gateSource from './overlap-gate.wgsl?raw';
import overlapSource from './overlap-report.wgsl?raw';
import { divideElements, fillElements, nonZeroElements, sumChunks } from './weight.cpu';
import sumsSource from './weight-sums.wgsl?raw';

type Count = { readonly count: number };
const elements = (p: Count): number => p.count;

/** inside = 1 where the image is a number other than 0, else 0. */
export const nonZeroKernel = defineKernel({
  name: 'non-zero',
  bindings: { image: 'read', inside: 'write' },
  parameters: { count: 'u32' },
  cpu: (b, p, share) => nonZeroElements(b.image, b.inside, p.count, share),
  gpu: { source: nonZeroSource, threads: elements },
  cost: (p) => ({ bytes: 8 * p.count, operations: p.count }),
});

/** filled = value where inside is not 0, else the fill. */
export const fillOutsideKernel = defineKernel({
  name: 'fill-outside',
  bindings: { value: 'read', inside: 'read', fill: 'read', filled: 'write' },
  parameters: { count: 'u32' },
  cpu: (b, p, share, simd) =>
    fillElements(b.value, b.inside, b.fill[0] as number, b.filled, p.count, share, simd),
  gpu: { source: fillSource, threads: elements },
  cost: (p) => ({ bytes: 12 * p.count, operations: p.count }),
});

/** quotient = value / by; 0 where `by` is nothing but rounding. */
export const divideByWeightKernel = defineKernel({
  name: 'divide-by-weight',
  bindings: { value: 'read', by: 'read', quotient: 'write' },
  parameters: { count: 'u32' },
  cpu: (b, p, share) => divideElements(b.value, b.by, b.quotient, p.count, share),
  gpu: { source: divideSource, threads: elements },
  cost: (p) => ({ bytes: 12 * p.count, operations: p.count }),
});

/** Sums of a weight over chunks of the volume. */
export const weightSumsKernel = defineKernel({
  name: 'weight-sums',
  bindings: { weight: 'read', partials: 'write' },
  parameters: { count: 'u32' },
  cpu({ weight, partials }, { count }, share, simd) {
    if (!simd) return sumChunks(weight, partials, count, share);
    const [image, out] = [simd.addressOf(weight), simd.addressOf(partials)];
    const ofShare = shareOf(reductionChunks(count), share);
    simd.functions.imageSum(image, out, count, chunkLength(count), ...ofShare);
  },
  gpu: { source: sumsSource, threads: reductionThreads, workgroupSize: reductionWorkgroup },
  cost: (p) => ({ bytes: 4 * p.count, operations: p.count }),
});

/** inverse = 1 / mean; 0 of 0. */
export const inverseKernel = defineKernel({
  name: 'inverse',
  bindings: { mean: 'read', inverse: 'write' },
  parameters: {},
  sharedAmongThreads: false,
  cpu(b) {
    const mean = b.mean[0] as number;
    b.inverse[0] = mean > 0 ? 1 / mean : 0;
  },
  gpu: { source: inverseSource, threads: () => 1, workgroupSize: 1 },
  cost: () => ({ bytes: 8, operations: 1 }),
});

/** Shares of the fixed and of the smaller image that have a partner, and whether that is enough. */
export const overlapReportKernel = defineKernel({
  name: 'overlap-report',
  bindings: {
    weightMean: 'read',
    fixedMean: 'read?',
    movingMean: 'read?',
    startMean: 'read?',
    overlap: 'write',
    verdict: 'write',
  },
  parameters: {
    movingSize: 'f32',
    least: 'f32',
    leastOfStart: 'f32',
    hasFixed: 'u32',
    hasMoving: 'u32',
    hasStart: 'u32',
  },
  sharedAmongThreads: false,
  cpu(b, p) {
    const weight = b.weightMean[0] as number;
    const ofFixed = b.fixedMean?.[0] ?? 1;
    const smaller = Math.min(ofFixed, (b.movingMean?.[0] ?? 1) * p.movingSize);
    b.overlap[0] = ofFixed > 0 ? weight / ofFixed : 0;
    b.overlap[1] = smaller > 0 ? Math.min(weight / smaller, 1) : 0;
    b.verdict[0] = 0;
    const isEnough =
      smaller > 0 &&
      weight >= p.least * smaller &&
      weight >= p.leastOfStart * (b.startMean?.[0] ?? 0);
    b.verdict[1] = isEnough ? 1 : 0;
  },
  gpu: { source: overlapSource, threads: () => 1, workgroupSize: 1 },
  cost: () => ({ bytes: 28, operations: 6 }),
});

/** gate = 1 while `full` of the start is left, falling to 0 at `least`. */
export const overlapGateKernel = defineKernel({
  name: 'overlap-gate',
  bindings: { mean: 'read', start: 'read', gate: 'write' },
  parameters: { least: 'f32', full: 'f32' },
  sharedAmongThreads: false,
  cpu(b, p) {
    const start = b.start[0] as number;
    const width = (p.full - p.least) * start;
    const left = (b.mean[0] as number) - p.least * start;
    b.gate[0] = width > 0 ? Math.min(Math.max(left / width, 0), 1) : 0;
  },
  gpu: { source: gateSource, threads: () => 1, workgroupSize: 1 },
  cost: () => ({ bytes: 12, operations: 5 }),
});

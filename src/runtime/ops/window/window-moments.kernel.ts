import type { Simd } from '../../simd/simd';
import { defineKernel, type FloatArray, type Share } from '../define-kernel';
import { type MomentNumbers, momentsAdjointBySimd, momentsBySimd } from './window-moments.simd';
import momentsSource from './window-moments.wgsl?raw';
import adjointSource from './window-moments-adjoint.wgsl?raw';
import { sumAcrossSlices, sumWithinSlices } from './window-sums.cpu';

/** Half the widest window whose sums within slices an invocation of the GPU keeps. */
export const narrowWindowRadius = 2;

/** Voxels that an invocation of the GPU walks up: `SLICES` of the sources. */
const columnSlices = 8;

/** A grid and half the window on it. */
export const momentsParameters = { nx: 'i32', ny: 'i32', nz: 'i32', radius: 'i32' } as const;

/** Voxels of the grid. */
export const voxelsOf = ({ nx, ny, nz }: Omit<MomentNumbers, 'radius'>): number => nx * ny * nz;

const threads = ({ nx, ny, nz }: MomentNumbers): number => nx * ny * Math.ceil(nz / columnSlices);

/** The walk of `window-moments` on the GPU, for kernels that have its bindings and parameters. */
export const windowMomentsGpu = { source: momentsSource, threads };

/** Window means of W, W² and F·W in float64, on one thread. */
export function windowMomentsOf(
  b: Readonly<
    Record<'fixed' | 'warped' | 'meanWarped' | 'meanWarpedSquared' | 'meanProduct', FloatArray>
  >,
  p: MomentNumbers,
): void {
  const all = { part: 0, parts: 1 };
  const { fixed: f, warped: w } = b;
  windowSums(w, undefined, b.meanWarped, p, all, { divided: 1 });
  windowSums(w, w, b.meanWarpedSquared, p, all, { divided: 1 });
  windowSums(f, w, b.meanProduct, p, all, { divided: 1 });
}

/** What `window-moments` does on the CPU, for a window of any width. */
export function momentsOnCpu(
  b: Readonly<
    Record<'fixed' | 'warped' | 'meanWarped' | 'meanWarpedSquared' | 'meanProduct', FloatArray>
  >,
  p: MomentNumbers,
  share: Share,
  simd?: Simd,
): void {
  const means = [b.meanWarped, b.meanWarpedSquared, b.meanProduct];
  if (simd && momentsBySimd(simd, [b.fixed, b.warped], means, p, share)) return;
  alone(share, () => {
    windowMomentsOf(b, p);
  });
}

/** What `window-moments-adjoint` does on the CPU, for a window of any width. */
export function momentsAdjointOnCpu(
  b: Readonly<
    Record<'fixed' | 'warped' | 'ofMean' | 'ofSquare' | 'ofProduct' | 'total', FloatArray>
  >,
  p: MomentNumbers,
  share: Share,
  simd?: Simd,
): void {
  const cotangents = [b.ofMean, b.ofSquare, b.ofProduct];
  if (simd && momentsAdjointBySimd(simd, [b.fixed, b.warped], cotangents, b.total, p, share)) {
    return;
  }
  alone(share, (all) => {
    windowSums(b.ofMean, undefined, b.total, p, all, {});
    const add = { accumulate: 1 };
    windowSums(b.ofSquare, undefined, b.total, p, all, { ...add, by: b.warped, factor: 2 });
    windowSums(b.ofProduct, undefined, b.total, p, all, { ...add, by: b.fixed });
  });
}

/** Window means of W, W² and F·W in one walk: two images are read and three written. */
export const windowMomentsKernel = defineKernel({
  name: 'window-moments',
  bindings: {
    fixed: 'read',
    warped: 'read',
    meanWarped: 'write',
    meanWarpedSquared: 'write',
    meanProduct: 'write',
  },
  parameters: momentsParameters,
  cpu: momentsOnCpu,
  gpu: windowMomentsGpu,
  cost: (p) => ({ bytes: 20 * voxelsOf(p), operations: 36 * voxelsOf(p) }),
});

/** Cotangent of W from those of its three window means, in one walk. */
export const windowMomentsAdjointKernel = defineKernel({
  name: 'window-moments-adjoint',
  bindings: {
    fixed: 'read',
    warped: 'read',
    ofMean: 'read',
    ofSquare: 'read',
    ofProduct: 'read',
    total: 'write',
  },
  parameters: momentsParameters,
  cpu: momentsAdjointOnCpu,
  gpu: { source: adjointSource, threads },
  cost: (p) => ({ bytes: 24 * voxelsOf(p), operations: 44 * voxelsOf(p) }),
});

/** What the first thread does alone: in float64, and where rows are too long for SIMD's scratch. */
function alone({ part }: Share, work: (all: Share) => void): void {
  if (part === 0) work({ part: 0, parts: 1 });
}

interface Completion {
  readonly divided?: number;
  readonly accumulate?: number;
  readonly factor?: number;
  readonly by?: FloatArray;
}

function windowSums(
  a: FloatArray,
  b: FloatArray | undefined,
  total: FloatArray,
  p: MomentNumbers,
  all: Share,
  { divided = 0, accumulate = 0, factor = 1, by }: Completion,
): void {
  const within = new Float64Array(a.length);
  sumWithinSlices(a, b, within, { ...p, divided: 1 - divided }, all);
  sumAcrossSlices(within, by, total, { ...p, divided, accumulate, factor }, all);
}

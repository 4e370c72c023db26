import { defineKernel, type FloatArray, type Share } from '../define-kernel';
import { type AxisGaussian, smoothBySimd } from './gaussian.simd';
import { divideByWeightInside, smoothAxis } from './gaussian-axis.cpu';
import source from './gaussian-axis.wgsl?raw';
import shortSource from './gaussian-axis-short.wgsl?raw';
import narrowSource from './gaussian-narrow.wgsl?raw';
import { edgesRenormalized, edgesRenormalizedTransposed, edgesZero } from './taps';

/** Taps that a workgroup of the GPU kernel holds, the middle one and those on one side. */
export const mostTaps = 256;

/** Gaussian convolution of one plane along one axis. */
export const gaussianAxisKernel = defineKernel({
  name: 'gaussian-axis',
  bindings: { value: 'read', smoothed: 'write' },
  parameters: {
    nx: 'u32',
    ny: 'u32',
    nz: 'u32',
    axis: 'u32',
    sigmaVoxels: 'f32',
    radius: 'u32',
    edges: 'u32',
  },
  cpu(b, p, share, simd) {
    const isSmoothed =
      simd !== undefined &&
      p.edges !== edgesRenormalizedTransposed &&
      smoothBySimd(simd, b.value, b.smoothed, [p.nx, p.ny, p.nz], alongOf(p), share);
    if (!isSmoothed) smoothAxis(b.value, b.smoothed, p, share);
    else if (p.edges === edgesRenormalized) divideByWeightInside(b.smoothed, p, share);
  },
  gpu: { source, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({
    bytes: 8 * p.nx * p.ny * p.nz,
    operations: (3 * p.radius + 1) * p.nx * p.ny * p.nz,
  }),
});

type Axes = [AxisGaussian, AxisGaussian, AxisGaussian];

const leftAlone: AxisGaussian = { sigmaVoxels: 0, radius: 0 };

/** A Gaussian along its axis, and none along the others. */
function alongOf(p: AxisGaussian & { readonly axis: number }): Axes {
  return [0, 1, 2].map((axis) => (axis === p.axis ? p : leftAlone)) as Axes;
}

/** Taps that a short kernel is given, the middle one and those on one side. */
export const shortTaps = 12;

/**
 * The same with zero edges for narrow Gaussians, which is what loops smooth with. Its taps come as
 * parameters: reckoned anew in every workgroup they took most of the time on the GPU.
 */
export const gaussianAxisShortKernel = defineKernel({
  name: 'gaussian-axis-short',
  bindings: { value: 'read', smoothed: 'write' },
  parameters: {
    nx: 'u32',
    ny: 'u32',
    nz: 'u32',
    axis: 'u32',
    sigmaVoxels: 'f32',
    radius: 'u32',
    /** The middle tap and those on one side, then zeros: twelve numbers, as a matrix has. */
    taps: 'matrix3x4',
  },
  cpu(b, p, share, simd) {
    const size = [p.nx, p.ny, p.nz] as const;
    if (simd && smoothBySimd(simd, b.value, b.smoothed, size, alongOf(p), share)) return;
    smoothAxis(b.value, b.smoothed, { ...p, edges: edgesZero }, share);
  },
  gpu: { source: shortSource, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({
    bytes: 8 * p.nx * p.ny * p.nz,
    operations: (3 * p.radius + 1) * p.nx * p.ny * p.nz,
  }),
});

/** Taps on either side that the narrow kernel takes on each axis. */
export const narrowRadius = 3;

/** Voxels that an invocation of the GPU walks up: `SLICES` of the sources. */
const columnSlices = 8;

/** What a Gaussian along all axes at once is given beside the grid. */
export interface NarrowGaussian {
  readonly sigmaX: number;
  readonly sigmaY: number;
  readonly sigmaZ: number;
  readonly radiusX: number;
  readonly radiusY: number;
  readonly radiusZ: number;
  readonly taps: readonly number[];
}

/** The parameters of kernels that smooth along all axes at once. */
export const narrowParameters = {
  nx: 'u32',
  ny: 'u32',
  nz: 'u32',
  /** Standard deviations along x, y, z, then the radii; the GPU is given the taps instead. */
  sigmaX: 'f32',
  sigmaY: 'f32',
  sigmaZ: 'f32',
  radiusX: 'u32',
  radiusY: 'u32',
  radiusZ: 'u32',
  /** One row an axis: the middle tap and three on one side. */
  taps: 'matrix3x4',
} as const;

/** The Gaussians along the three axes. */
export function narrowAxes(p: Omit<NarrowGaussian, 'taps'>): Axes {
  return [
    { sigmaVoxels: p.sigmaX, radius: p.radiusX },
    { sigmaVoxels: p.sigmaY, radius: p.radiusY },
    { sigmaVoxels: p.sigmaZ, radius: p.radiusZ },
  ];
}

/** Invocations of the GPU, each for a column. */
export function columnsOf(p: {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
}): number {
  return p.nx * p.ny * Math.ceil(p.nz / columnSlices);
}

/**
 * All three axes in one pass, with zero edges, for Gaussians of at most three taps on either side:
 * a plane is read and written once instead of three times.
 */
export const gaussianNarrowKernel = defineKernel({
  name: 'gaussian-narrow',
  bindings: { value: 'read', smoothed: 'write' },
  parameters: narrowParameters,
  cpu(b, p, share, simd) {
    const axes = narrowAxes(p);
    const size = [p.nx, p.ny, p.nz] as const;
    if (simd && smoothBySimd(simd, b.value, b.smoothed, size, axes, share)) return;
    smoothAxisByAxis(b.value, b.smoothed, size, axes, share);
  },
  gpu: { source: narrowSource, threads: columnsOf },
  cost: (p) => ({
    bytes: 8 * p.nx * p.ny * p.nz,
    operations: (3 * (p.radiusX + p.radiusY + p.radiusZ) + 3) * p.nx * p.ny * p.nz,
  }),
});

/** The same by three passes over the first thread: the oracle in float64, and for endless rows. */
export function smoothAxisByAxis(
  value: FloatArray,
  smoothed: FloatArray,
  [nx, ny, nz]: readonly [number, number, number],
  axes: Axes,
  { part }: Share,
): void {
  if (part !== 0) return;
  const alone = { part: 0, parts: 1 };
  let source: FloatArray = value.slice();
  axes.forEach((axis, index) => {
    if (axis.radius === 0) return;
    const target = new Float64Array(source.length);
    smoothAxis(source, target, { nx, ny, nz, axis: index, ...axis, edges: edgesZero }, alone);
    source = target;
  });
  smoothed.set(source);
}

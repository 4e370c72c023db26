import { defineKernel } from '../define-kernel';
import { smoothAxis } from './gaussian-axis.cpu';
import source from './gaussian-axis.wgsl?raw';
import shortSource from './gaussian-axis-short.wgsl?raw';
import { edgesZero } from './taps';

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
  cpu: (b, p, share) => smoothAxis(b.value, b.smoothed, p, share),
  gpu: { source, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({
    bytes: 8 * p.nx * p.ny * p.nz,
    operations: (3 * p.radius + 1) * p.nx * p.ny * p.nz,
  }),
});

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
  cpu: (b, p, share) => smoothAxis(b.value, b.smoothed, { ...p, edges: edgesZero }, share),
  gpu: { source: shortSource, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({
    bytes: 8 * p.nx * p.ny * p.nz,
    operations: (3 * p.radius + 1) * p.nx * p.ny * p.nz,
  }),
});

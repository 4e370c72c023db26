import { defineKernel } from '../define-kernel';
import { smoothAxis } from './gaussian-axis.cpu';
import source from './gaussian-axis.wgsl?raw';

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

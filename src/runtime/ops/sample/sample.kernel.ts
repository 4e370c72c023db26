import { defineKernel } from '../define-kernel';
import { sampleNearest } from './sample.cpu';
import { sampleLinearly } from './sample.simd';
import derivativeSource from './sample-derivative.wgsl?raw';
import linearSource from './sample-linear.wgsl?raw';
import nearestSource from './sample-nearest.wgsl?raw';
import { samplingParameters } from './sampling';

type Size = { readonly nx: number; readonly ny: number; readonly nz: number };
const voxels = (p: Size): number => p.nx * p.ny * p.nz;

/** Bytes of floats: the eight corners come from cache, so the source counts once. */
const cost = (floats: number, operations: number) => (p: Size) => ({
  bytes: 4 * floats * voxels(p),
  operations: operations * voxels(p),
});

export const sampleLinearKernel = defineKernel({
  name: 'sample-linear',
  bindings: { source: 'read', displacement: 'read3?', affine: 'read?', value: 'write' },
  parameters: samplingParameters,
  cpu: sampleLinearly,
  gpu: { source: linearSource, threads: voxels },
  cost: cost(5, 40),
});

export const sampleNearestKernel = defineKernel({
  name: 'sample-nearest',
  bindings: { source: 'read', displacement: 'read3?', affine: 'read?', value: 'write' },
  parameters: samplingParameters,
  cpu: (b, p, share) => sampleNearest(b.source, b.displacement, b.affine, b.value, p, share),
  gpu: { source: nearestSource, threads: voxels },
  cost: cost(5, 30),
});

export const sampleDerivativeKernel = defineKernel({
  name: 'sample-derivative',
  bindings: { source: 'read', displacement: 'read3?', affine: 'read?', derivative: 'write3' },
  parameters: samplingParameters,
  cpu: sampleLinearly,
  gpu: { source: derivativeSource, threads: voxels },
  cost: cost(7, 50),
});

/**
 * Value and derivative in one walk on the CPU. On the GPU all planes together would bind nine
 * buffers, one more than the default limit, so there it runs as the two kernels above.
 */
export const sampleWithDerivativeKernel = defineKernel({
  name: 'sample-with-derivative',
  bindings: {
    source: 'read',
    displacement: 'read3?',
    affine: 'read?',
    value: 'write',
    derivative: 'write3',
  },
  parameters: samplingParameters,
  cpu: sampleLinearly,
  gpu: [
    {
      source: linearSource,
      threads: voxels,
      binds: ['source', 'displacement', 'affine', 'value'],
    },
    {
      source: derivativeSource,
      threads: voxels,
      binds: ['source', 'displacement', 'affine', 'derivative'],
    },
  ],
  cost: cost(8, 60),
  bytesOnGpu: (p) => 48 * voxels(p),
});

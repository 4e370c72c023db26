import { defineKernel } from '../define-kernel';
import { sumTables } from './histogram.cpu';
import { countJointly, spreadCotangent } from './histogram.simd';
import adjointSource from './histogram-adjoint.wgsl?raw';
import partialsSource from './histogram-partials.wgsl?raw';
import sumSource from './sum-tables.wgsl?raw';

/** Invocations that share a table of counts. */
const countingWorkgroup = 256;

/** Invocations of a workgroup that sums tables: 16 cells by 16 slices of the chunks. */
const summingWorkgroup = 256;
const summedCells = 16;

export const histogramPartialsKernel = defineKernel({
  name: 'histogram-partials',
  bindings: {
    fixed: 'read',
    warped: 'read',
    fixedRange: 'read',
    warpedRange: 'read',
    weight: 'read?',
    partials: 'write',
  },
  parameters: {
    count: 'u32',
    bins: 'u32',
    window: 'u32',
    chunkLength: 'u32',
    weighted: 'u32',
  },
  cpu: countJointly,
  gpu: {
    source: partialsSource,
    threads: (p) => Math.ceil(p.count / p.chunkLength) * countingWorkgroup,
    workgroupSize: countingWorkgroup,
  },
  cost: (p) => ({
    bytes:
      (8 + 4 * p.weighted) * p.count + 4 * Math.ceil(p.count / p.chunkLength) * p.bins * p.bins,
    operations: 70 * p.count,
  }),
});

export const sumTablesKernel = defineKernel({
  name: 'sum-tables',
  bindings: { partials: 'read', histogram: 'write' },
  parameters: { cells: 'u32', chunks: 'u32', voxels: 'u32' },
  cpu: (b, p, share) => sumTables(b.partials, b.histogram, p, share),
  gpu: {
    source: sumSource,
    threads: (p) => Math.ceil(p.cells / summedCells) * summingWorkgroup,
    workgroupSize: summingWorkgroup,
  },
  cost: (p) => ({ bytes: 4 * p.cells * (p.chunks + 1), operations: p.cells * p.chunks }),
});

export const histogramAdjointKernel = defineKernel({
  name: 'histogram-adjoint',
  bindings: {
    other: 'read',
    image: 'read',
    otherRange: 'read',
    imageRange: 'read',
    weight: 'read?',
    cotangent: 'read',
    imageCotangent: 'write',
  },
  parameters: {
    count: 'u32',
    bins: 'u32',
    window: 'u32',
    otherStride: 'u32',
    imageStride: 'u32',
    weighted: 'u32',
  },
  cpu: spreadCotangent,
  gpu: { source: adjointSource, threads: (p) => p.count },
  cost: (p) => ({ bytes: (12 + 4 * p.weighted) * p.count, operations: 80 * p.count }),
});

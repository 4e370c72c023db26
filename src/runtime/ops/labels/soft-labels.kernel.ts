import { defineKernel } from '../define-kernel';
import { samplingParameters } from '../sample/sampling';
import diceSource from './soft-dice.wgsl?raw';
import diceAdjointSource from './soft-dice-adjoint.wgsl?raw';
import countsSource from './soft-label-counts.wgsl?raw';
import planesSource from './soft-label-planes.wgsl?raw';
import slopesSource from './soft-label-slopes.wgsl?raw';
import {
  countSoftLabels,
  softDiceCotangents,
  softDiceOf,
  softLabelSlopes,
} from './soft-labels.cpu';

/** Invocations that share a table of counts. */
const countingWorkgroup = 256;

type Size = { readonly nx: number; readonly ny: number; readonly nz: number };
const voxels = (p: Size): number => p.nx * p.ny * p.nz;

export const softLabelCountsKernel = defineKernel({
  name: 'soft-label-counts',
  bindings: {
    fixed: 'read u32',
    moving: 'read u32',
    displacement: 'read3?',
    affine: 'read?',
    weight: 'read?',
    partials: 'write',
  },
  parameters: { ...samplingParameters, labels: 'u32', chunkLength: 'u32', weighted: 'i32' },
  cpu: (b, p, share) => countSoftLabels(b, p, share),
  gpu: {
    source: countsSource,
    threads: (p) => Math.ceil(voxels(p) / p.chunkLength) * countingWorkgroup,
    workgroupSize: countingWorkgroup,
  },
  cost: (p) => ({
    bytes: 24 * voxels(p) + 12 * p.labels * Math.ceil(voxels(p) / p.chunkLength),
    operations: 80 * voxels(p),
  }),
});

export const softLabelSlopesKernel = defineKernel({
  name: 'soft-label-slopes',
  bindings: {
    fixed: 'read u32',
    moving: 'read u32',
    displacement: 'read3?',
    affine: 'read?',
    weight: 'read?',
    cotangent: 'read',
    /** Scratch of the GPU, where all planes together would be too many buffers. */
    slopes: 'update',
    slope: 'write3',
  },
  parameters: { ...samplingParameters, labels: 'u32', weighted: 'i32' },
  cpu: (b, p, share) => softLabelSlopes(b, p, share),
  gpu: [
    {
      source: slopesSource,
      threads: voxels,
      binds: ['fixed', 'moving', 'displacement', 'affine', 'cotangent', 'slopes'],
    },
    { source: planesSource, threads: voxels, binds: ['slopes', 'weight', 'slope'] },
  ],
  cost: (p) => ({ bytes: 36 * voxels(p), operations: 100 * voxels(p) }),
  bytesOnGpu: (p) => 60 * voxels(p),
});

export const softDiceKernel = defineKernel({
  name: 'soft-dice',
  bindings: { counts: 'read', loss: 'write' },
  parameters: { labels: 'u32' },
  sharedAmongThreads: false,
  cpu(b, p) {
    b.loss[0] = -softDiceOf(b.counts, p.labels);
  },
  gpu: { source: diceSource, threads: () => 1 },
  cost: (p) => ({ bytes: 12 * p.labels, operations: 4 * p.labels }),
});

export const softDiceAdjointKernel = defineKernel({
  name: 'soft-dice-adjoint',
  bindings: { counts: 'read', cotangent: 'read', countsCotangent: 'write' },
  parameters: { labels: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) =>
    softDiceCotangents(b.counts, b.cotangent[0] as number, b.countsCotangent, p.labels),
  gpu: { source: diceAdjointSource, threads: (p) => p.labels },
  cost: (p) => ({ bytes: 24 * p.labels, operations: 10 * p.labels }),
});

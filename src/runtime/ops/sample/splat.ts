import type { BufferId, KernelParameters } from '../../ir/kernel-graph';
import { fieldType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp, type Emitter } from '../define-op';
import { asField, type GridAttributes, gridAttributes, gridOf } from '../grid-attributes';
import { type Outside, samplingParameters, samplingParameterValues } from './sampling';
import { rowExtents } from './splat.cpu';
import { splatted } from './splat.simd';
import clearSource from './splat-clear.wgsl?raw';
import convertSource from './splat-convert.wgsl?raw';
import densitySource from './splat-density.wgsl?raw';
import densityLargestSource from './splat-density-largest.wgsl?raw';
import densityLargestFinishSource from './splat-density-largest-finish.wgsl?raw';
import largestSource from './splat-largest.wgsl?raw';
import largestFinishSource from './splat-largest-finish.wgsl?raw';
import scatterSource from './splat-scatter.wgsl?raw';

/** Workgroups that look for a largest value on the GPU, each in a chunk: no more than there is something for. */
const mostChunks = 256;
const chunkThreads = 256;
const chunksOf = (voxels: number): number => Math.min(mostChunks, Math.ceil(voxels / chunkThreads));

type Sizes = { readonly [Name in keyof typeof samplingParameters]: number | readonly number[] } & {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly sourceNx: number;
  readonly sourceNy: number;
  readonly sourceNz: number;
};

const targetVoxels = (p: Sizes): number => p.nx * p.ny * p.nz;
const sourceVoxels = (p: Sizes): number => p.sourceNx * p.sourceNy * p.sourceNz;

/**
 * What `splat` needs to know of the points, once for all channels. On the GPU how much weight falls
 * on the voxel that gets most, which bounds the fixed-point sums, and `sums` at zero: WGSL has no
 * float atomics, and integer sums are the same in any order. On the CPU, which adds floats in a fixed
 * order, where each row of the target lands.
 */
const splatDensityKernel = defineKernel({
  name: 'splat-density',
  bindings: {
    displacement: 'read3?',
    affine: 'read?',
    sums: 'atomic i32',
    /** One number a chunk, then the bound. */
    density: 'update',
    /** CPU only: two numbers a row of the target. */
    rows: 'write',
  },
  parameters: samplingParameters,
  cpu: (b, p, share) => rowExtents(b.displacement, b.affine, b.rows, p, share),
  gpu: [
    { source: clearSource, threads: sourceVoxels, binds: ['sums'] },
    {
      source: densitySource,
      threads: targetVoxels,
      binds: ['displacement', 'affine', 'sums'],
    },
    {
      source: densityLargestSource,
      threads: (p) => chunksOf(sourceVoxels(p)) * chunkThreads,
      workgroupSize: chunkThreads,
      binds: ['sums', 'density'],
    },
    {
      source: densityLargestFinishSource,
      threads: () => chunkThreads,
      workgroupSize: chunkThreads,
      binds: ['density'],
    },
  ],
  cost: (p) => ({
    bytes: 4 * 3 * targetVoxels(p),
    operations: 60 * targetVoxels(p),
  }),
  bytesOnGpu: (p) => 4 * (3 * targetVoxels(p) + 4 * sourceVoxels(p)),
});

/** `source…` are the grid that is written to, as in the sampling that this transposes. */
const splatKernel = defineKernel({
  name: 'splat',
  bindings: {
    cotangent: 'read',
    displacement: 'read3?',
    affine: 'read?',
    value: 'write',
    /** GPU only: fixed-point sums, zero before and after, and what scales them. */
    sums: 'atomic i32',
    density: 'read',
    largest: 'update',
    /** CPU only. */
    rows: 'read',
  },
  parameters: samplingParameters,
  cpu: splatted,
  gpu: [
    {
      source: largestSource,
      threads: (p) => chunksOf(targetVoxels(p)) * chunkThreads,
      workgroupSize: chunkThreads,
      binds: ['cotangent', 'largest'],
    },
    {
      source: largestFinishSource,
      threads: () => chunkThreads,
      workgroupSize: chunkThreads,
      binds: ['largest'],
    },
    {
      source: scatterSource,
      threads: targetVoxels,
      binds: ['cotangent', 'displacement', 'affine', 'sums', 'density', 'largest'],
    },
    {
      source: convertSource,
      threads: sourceVoxels,
      binds: ['value', 'sums', 'density', 'largest'],
    },
  ],
  cost: (p) => ({
    bytes: 4 * (4 * targetVoxels(p) + 3 * sourceVoxels(p)),
    operations: 70 * targetVoxels(p),
  }),
  bytesOnGpu: (p) => 4 * (5 * targetVoxels(p) + 5 * sourceVoxels(p)),
});

/** All that `emitSplat` calls. */
export const splatKernels = [splatDensityKernel, splatKernel];

export const splat = defineOp<GridAttributes & { readonly outside: Outside }>()({
  name: 'splat',
  doc:
    'Transpose of linear `sample` with respect to its source: adds each cotangent to the eight ' +
    'voxels, on the grid of the attributes, that its sample came from.',
  inputs: { cotangent: 'field', displacement: 'field?', affine: 'scalars?' },
  outputs: ['value'],
  infer: ({ cotangent }, attributes) => ({
    value: fieldType(gridOf(attributes), asField(cotangent).channels),
  }),
  adjoint: 'not-differentiable',
  kernels: splatKernels,
  emit(emitter, { inputs: i, outputs: o, inputTypes, outputTypes, attributes }) {
    const target = asField(inputTypes.cotangent).grid;
    const source = asField(outputTypes.value);
    const parameters = samplingParameterValues(
      { ...gridAttributes(target), outside: attributes.outside },
      source,
      i,
    );
    emitSplat(emitter, { ...i, value: o.value }, parameters);
  },
});

/** Buffers of a splat; `cotangent` and `value` have a plane for each channel. */
interface SplatBuffers {
  readonly cotangent: readonly BufferId[];
  readonly displacement?: readonly BufferId[] | undefined;
  readonly affine?: readonly BufferId[] | undefined;
  readonly value: readonly BufferId[];
}

/**
 * Appends the passes of a splat.
 * @param parameters those of the sampling that it transposes
 */
export function emitSplat(
  emitter: Emitter,
  { cotangent: cotangents, displacement, affine, value }: SplatBuffers,
  parameters: KernelParameters,
): void {
  const sizes = parameters as Sizes;
  const sums = emitter.scratch(sourceVoxels(sizes), 'i32');
  const density = emitter.scratch(chunksOf(sourceVoxels(sizes)) + 1);
  const largest = emitter.scratch(chunksOf(targetVoxels(sizes)) + 1);
  const rows = emitter.scratch(2 * sizes.ny * sizes.nz);
  emitter.call(splatDensityKernel, { displacement, affine, sums, density, rows }, parameters);
  cotangents.forEach((cotangent, channel) => {
    emitter.call(
      splatKernel,
      { cotangent, displacement, affine, value: value[channel], sums, density, largest, rows },
      parameters,
    );
  });
}

import type { BufferId, KernelParameters } from '../../ir/kernel-graph';
import { channelsOf, planeStride, type ValueType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import type { Emitter } from '../define-op';
import { sampleLinearKernel, sampleNearestKernel } from './sample.kernel';
import { sampleChannelsLinearly, sampleChannelsNearest, sumSlopes } from './sample-channels.cpu';
import linearSource from './sample-linear-channels.wgsl?raw';
import nearestSource from './sample-nearest-channels.wgsl?raw';
import slopeSource from './sample-slope.wgsl?raw';
import slopePlanesSource from './sample-slope-planes.wgsl?raw';
import { type Interpolation, samplingParameters } from './sampling';

type Sizes = {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly channels: number;
};
const voxels = (p: Sizes): number => p.nx * p.ny * p.nz;

const channelParameters = {
  ...samplingParameters,
  channels: 'u32',
  /** Elements from a channel of the source to the next, and from one of the result. */
  sourceStride: 'u32',
  stride: 'u32',
} as const;

/** Floats that are the same for all channels and those of each: corners come from cache. */
const cost = (shared: number, each: number, operations: number) => (p: Sizes) => ({
  bytes: 4 * (shared + each * p.channels) * voxels(p),
  operations: operations * p.channels * voxels(p),
});

const sampleLinearChannelsKernel = defineKernel({
  name: 'sample-linear-channels',
  bindings: { source: 'read', displacement: 'read3?', affine: 'read?', value: 'write' },
  parameters: channelParameters,
  cpu: sampleChannelsLinearly,
  gpu: { source: linearSource, threads: voxels },
  cost: cost(3, 2, 40),
});

const sampleNearestChannelsKernel = defineKernel({
  name: 'sample-nearest-channels',
  bindings: { source: 'read', displacement: 'read3?', affine: 'read?', value: 'write' },
  parameters: channelParameters,
  cpu: (b, p, share) => sampleChannelsNearest(b, p, share),
  gpu: { source: nearestSource, threads: voxels },
  cost: cost(3, 2, 30),
});

/** What the channels of a sample, each with its cotangent, say of where the points should go. */
export const sampleSlopeKernel = defineKernel({
  name: 'sample-slope',
  bindings: {
    source: 'read',
    cotangent: 'read',
    displacement: 'read3?',
    affine: 'read?',
    /** Scratch: on the GPU the result, in one buffer; on the CPU the derivative of one channel. */
    slopes: 'update',
    slope: 'write3',
  },
  parameters: channelParameters,
  cpu: sumSlopes,
  gpu: [
    {
      source: slopeSource,
      threads: voxels,
      binds: ['source', 'cotangent', 'displacement', 'affine', 'slopes'],
    },
    { source: slopePlanesSource, threads: voxels, binds: ['slopes', 'slope'] },
  ],
  cost: cost(9, 2, 60),
  bytesOnGpu: (p) => 4 * (12 + 2 * p.channels) * voxels(p),
});

/** All that `emitSample` calls. */
export const sampleKernels = [
  sampleLinearKernel,
  sampleNearestKernel,
  sampleLinearChannelsKernel,
  sampleNearestChannelsKernel,
];

/** Parameters beside those of sampling where channels lie together. */
export function channelParameterValues(source: ValueType, value: ValueType): KernelParameters {
  return {
    channels: channelsOf(source),
    sourceStride: planeStride(source),
    stride: planeStride(value),
  };
}

/** Appends the passes that sample every channel of a source: one where they lie together, else one each. */
export function emitSample(
  emitter: Emitter,
  interpolation: Interpolation,
  buffers: {
    readonly source: readonly BufferId[];
    readonly displacement?: readonly BufferId[] | undefined;
    readonly affine?: readonly BufferId[] | undefined;
    readonly value: readonly BufferId[];
  },
  types: { readonly source: ValueType; readonly value: ValueType },
  parameters: KernelParameters,
): void {
  const { displacement, affine } = buffers;
  const isLinear = interpolation === 'linear';
  const [source, value] = [emitter.together(buffers.source), emitter.together(buffers.value)];
  if (source !== undefined && value !== undefined) {
    emitter.call(
      isLinear ? sampleLinearChannelsKernel : sampleNearestChannelsKernel,
      { source, displacement, affine, value },
      { ...parameters, ...channelParameterValues(types.source, types.value) },
    );
    return;
  }
  const kernel = isLinear ? sampleLinearKernel : sampleNearestKernel;
  buffers.source.forEach((plane, channel) => {
    emitter.call(
      kernel,
      { source: plane, displacement, affine, value: buffers.value[channel] },
      parameters,
    );
  });
}

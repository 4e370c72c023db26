import { InternalError } from '../../internal-error';
import { planeStride, pointsType } from '../../ir/values';
import { defineKernel, shareOf } from '../define-kernel';
import { defineOp } from '../define-op';
import { asPoints } from '../grid-attributes';
import source from './gather-points.wgsl?raw';

const gatherPointsKernel = defineKernel({
  name: 'gather-points',
  bindings: { source: 'read', indices: 'read', value: 'write' },
  parameters: { count: 'u32', channels: 'u32', sourceStride: 'u32', stride: 'u32' },
  cpu(b, p, share) {
    const [begin, end] = shareOf(p.count, share);
    for (let channel = 0; channel < p.channels; channel += 1) {
      const from = b.source.subarray(channel * p.sourceStride);
      const to = b.value.subarray(channel * p.stride);
      for (let i = begin; i < end; i += 1) to[i] = from[b.indices[i] as number] as number;
    }
  },
  gpu: { source, threads: (p) => p.count * p.channels },
  cost: (p) => ({ bytes: 12 * p.count * p.channels, operations: p.count * p.channels }),
});

export const gatherPoints = defineOp()({
  name: 'gatherPoints',
  doc: 'Some of the points, in an order: value[i] = points[indices[i]], indices whole and less than the number of points.',
  inputs: { points: 'points', indices: 'scalars' },
  outputs: ['value'],
  infer({ points, indices }) {
    if (indices.kind !== 'scalars') throw new InternalError('Indices are a list of numbers.');
    return { value: pointsType(indices.length, asPoints(points).channels) };
  },
  adjoint: 'not-differentiable',
  kernels: [gatherPointsKernel],
  emit(emitter, { inputs: { points, indices }, outputs: { value }, inputTypes, outputTypes }) {
    const { count, channels } = asPoints(outputTypes.value);
    const strides = {
      sourceStride: planeStride(inputTypes.points),
      stride: planeStride(outputTypes.value),
    };
    const [source, gathered] = [emitter.together(points), emitter.together(value)];
    if (source !== undefined && gathered !== undefined) {
      const buffers = { source, indices, value: gathered };
      emitter.call(gatherPointsKernel, buffers, { count, channels, ...strides });
      return;
    }
    points.forEach((plane, channel) => {
      const buffers = { source: plane, indices, value: value[channel] };
      emitter.call(gatherPointsKernel, buffers, { count, channels: 1, ...strides });
    });
  },
});

import { InternalError } from '../../internal-error';
import { pointsType } from '../../ir/values';
import { defineKernel, shareOf } from '../define-kernel';
import { defineOp } from '../define-op';
import { asPoints } from '../grid-attributes';
import source from './gather-points.wgsl?raw';

const gatherPointsKernel = defineKernel({
  name: 'gather-points',
  bindings: { source: 'read', indices: 'read', value: 'write' },
  parameters: { count: 'u32' },
  cpu(b, p, share) {
    const [begin, end] = shareOf(p.count, share);
    for (let i = begin; i < end; i += 1) b.value[i] = b.source[b.indices[i] as number] as number;
  },
  gpu: { source, threads: (p) => p.count },
  cost: (p) => ({ bytes: 12 * p.count, operations: p.count }),
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
  emit(emitter, { inputs: { points, indices }, outputs: { value }, outputTypes }) {
    const { count } = asPoints(outputTypes.value);
    points.forEach((plane, channel) => {
      emitter.call(
        gatherPointsKernel,
        { source: plane, indices, value: value[channel] },
        { count },
      );
    });
  },
});

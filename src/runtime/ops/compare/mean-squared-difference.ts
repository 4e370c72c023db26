import { InternalError } from '../../internal-error';
import { elementsPerBuffer, sameType, scalarsType, type ValueType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField, requireWeightOn } from '../grid-attributes';
import { sumPartialsKernel } from '../reduce/sum-partials.kernel';
import { reductionChunks, reductionThreads, reductionWorkgroup } from '../reduction';
import { scaledDifferences, squaredDifferencePartials } from './mean-squared-difference.cpu';
import partialsSource from './mean-squared-difference-partials.wgsl?raw';
import differenceSource from './scaled-difference.wgsl?raw';

const squaredDifferencePartialsKernel = defineKernel({
  name: 'mean-squared-difference-partials',
  bindings: { fixed: 'read', warped: 'read', weight: 'read?', partials: 'update' },
  parameters: { count: 'u32', offset: 'u32', weighted: 'u32' },
  cpu: (b, p, share) =>
    squaredDifferencePartials(b.fixed, b.warped, b.weight, b.partials, p, share),
  gpu: {
    source: partialsSource,
    threads: reductionThreads,
    workgroupSize: reductionWorkgroup,
  },
  cost: (p) => ({ bytes: (8 + 4 * p.weighted) * p.count, operations: (3 + p.weighted) * p.count }),
});

const scaledDifferenceKernel = defineKernel({
  name: 'scaled-difference',
  bindings: {
    fixed: 'read',
    warped: 'read',
    weight: 'read?',
    cotangent: 'read',
    differences: 'write',
  },
  parameters: { count: 'u32', factor: 'f32', weighted: 'u32' },
  cpu: (b, p, share) =>
    scaledDifferences(
      b.fixed,
      b.warped,
      b.weight,
      b.differences,
      p.factor * (b.cotangent[0] as number),
      p.count,
      share,
    ),
  gpu: { source: differenceSource, threads: (p) => p.count },
  cost: (p) => ({ bytes: (12 + 4 * p.weighted) * p.count, operations: (2 + p.weighted) * p.count }),
});

function requireSame(fixed: ValueType, warped: ValueType, weight?: ValueType): void {
  if (!sameType(asField(fixed), asField(warped))) {
    throw new InternalError('Fixed and warped are on different grids.');
  }
  requireWeightOn(fixed, weight);
}

export const meanSquaredDifference = defineOp()({
  name: 'meanSquaredDifference',
  doc:
    'loss = mean over voxels and channels of [weight ·] (fixed − warped)². The weight is a constant of ' +
    'the iteration: no gradient flows to it.',
  inputs: { fixed: 'field', warped: 'field', weight: 'field?' },
  outputs: ['loss'],
  infer({ fixed, warped, weight }) {
    requireSame(fixed, warped, weight);
    return { loss: scalarsType(1) };
  },
  adjoint(b, { inputs: { fixed, warped, weight } }, { loss: cotangent }) {
    if (cotangent === undefined) return {};
    const op = 'meanSquaredDifferenceAdjoint';
    return {
      fixed: b.op(op, { fixed: warped, warped: fixed, weight, cotangent }).warped,
      warped: b.op(op, { fixed, warped, weight, cotangent }).warped,
    };
  },
  kernels: [squaredDifferencePartialsKernel, sumPartialsKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const count = elementsPerBuffer(inputTypes.fixed);
    const channels = i.fixed.length;
    const chunks = reductionChunks(count);
    const partials = emitter.scratch(chunks * channels);
    i.fixed.forEach((plane, channel) => {
      emitter.call(
        squaredDifferencePartialsKernel,
        { fixed: plane, warped: i.warped[channel], weight: i.weight, partials },
        { count, offset: channel * chunks, weighted: i.weight === undefined ? 0 : 1 },
      );
    });
    emitter.call(
      sumPartialsKernel,
      { partials, total: o.loss },
      { count: chunks * channels, quantities: 1, factor: 1 / (count * channels) },
    );
  },
});

export const meanSquaredDifferenceAdjoint = defineOp()({
  name: 'meanSquaredDifferenceAdjoint',
  doc:
    'Cotangent of the warped image: 2·[weight ·] (warped − fixed)/N. Exchanged, it is that of the fixed ' +
    'one.',
  inputs: { fixed: 'field', warped: 'field', weight: 'field?', cotangent: 'scalars' },
  outputs: ['warped'],
  infer({ fixed, warped, weight }) {
    requireSame(fixed, warped, weight);
    return { warped };
  },
  adjoint: 'not-differentiable',
  kernels: [scaledDifferenceKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const count = elementsPerBuffer(inputTypes.fixed);
    i.fixed.forEach((plane, channel) => {
      emitter.call(
        scaledDifferenceKernel,
        {
          fixed: plane,
          warped: i.warped[channel],
          weight: i.weight,
          cotangent: i.cotangent,
          differences: o.warped[channel],
        },
        {
          count,
          factor: 2 / (count * i.fixed.length),
          weighted: i.weight === undefined ? 0 : 1,
        },
      );
    });
  },
});

import { InternalError } from '../../internal-error';
import { elementsPerBuffer, sameType, scalarsType, type ValueType } from '../../ir/values';
import { defineOp } from '../define-op';
import { asField, requireWeightOn } from '../grid-attributes';
import { emitPairMoments, pairMomentKernels } from '../reduce/emit-pair-moments';
import { correlationAdjointKernel, correlationLossKernel } from './correlation.kernel';

function requireSame(fixed: ValueType, warped: ValueType, weight?: ValueType): void {
  if (!sameType(asField(fixed, 1), asField(warped, 1))) {
    throw new InternalError('Fixed and warped are on different grids.');
  }
  requireWeightOn(fixed, weight);
}

export const globalCorrelation = defineOp()({
  name: 'globalCorrelation',
  doc:
    'loss = −ncc, the normalized cross-correlation over all voxels; 0 where an image is constant. ' +
    'Means are taken first, so that float32 holds. With a weight ω means and moments are weighted, and ' +
    'loss = −mean(ω)·ncc: what does not count adds nothing. No gradient flows to the weight.',
  inputs: { fixed: 'field', warped: 'field', weight: 'field?' },
  outputs: ['loss'],
  infer({ fixed, warped, weight }) {
    requireSame(fixed, warped, weight);
    return { loss: scalarsType(1) };
  },
  adjoint(b, { inputs: { fixed, warped, weight } }, { loss: cotangent }) {
    if (cotangent === undefined) return {};
    const op = 'globalCorrelationAdjoint';
    return {
      fixed: b.op(op, { fixed: warped, warped: fixed, weight, cotangent }).warped,
      warped: b.op(op, { fixed, warped, weight, cotangent }).warped,
    };
  },
  kernels: [...pairMomentKernels, correlationLossKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const count = elementsPerBuffer(inputTypes.fixed);
    const { means, moments } = emitPairMoments(emitter, i.fixed, i.warped, i.weight, count);
    emitter.call(
      correlationLossKernel,
      { means, moments, loss: o.loss },
      { weighted: i.weight === undefined ? 0 : 1 },
    );
  },
});

export const globalCorrelationAdjoint = defineOp()({
  name: 'globalCorrelationAdjoint',
  doc:
    'Cotangent of the warped image for loss = −ncc: −[ω ·] (f/√(B·C) − ncc·w/C)/N with f and w the ' +
    'images less their means, B and C their variances. Exchanged, it is that of the fixed one.',
  inputs: { fixed: 'field', warped: 'field', weight: 'field?', cotangent: 'scalars' },
  outputs: ['warped'],
  infer({ fixed, warped, weight }) {
    requireSame(fixed, warped, weight);
    return { warped };
  },
  adjoint: 'not-differentiable',
  kernels: [...pairMomentKernels, correlationAdjointKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const count = elementsPerBuffer(inputTypes.fixed);
    const { means, moments } = emitPairMoments(emitter, i.fixed, i.warped, i.weight, count);
    emitter.call(
      correlationAdjointKernel,
      {
        fixed: i.fixed,
        warped: i.warped,
        weight: i.weight,
        means,
        moments,
        cotangent: i.cotangent,
        warpedCotangent: o.warped,
      },
      { count, weighted: i.weight === undefined ? 0 : 1 },
    );
  },
});

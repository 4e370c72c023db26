import { InternalError } from '../../internal-error';
import type { BufferId } from '../../ir/kernel-graph';
import { elementsPerBuffer, sameType, scalarsType, type ValueType } from '../../ir/values';
import { sumPartialsKernel } from '../arithmetic/sum-partials.kernel';
import { defineOp, type Emitter } from '../define-op';
import { asField } from '../grid-attributes';
import { reductionChunks } from '../reduction';
import {
  correlationAdjointKernel,
  correlationLossKernel,
  correlationPartialsKernel,
  imageSumsKernel,
} from './correlation.kernel';

const momentKernels = [imageSumsKernel, correlationPartialsKernel, sumPartialsKernel] as const;

/** Means of both images, then variances of both and their covariance, in buffers of the op. */
function emitMoments(
  emitter: Emitter,
  fixed: readonly BufferId[],
  warped: readonly BufferId[],
  count: number,
): { readonly means: BufferId; readonly moments: BufferId } {
  const chunks = reductionChunks(count);
  const partials = emitter.scratch(3 * chunks);
  const means = emitter.scratch(2);
  const moments = emitter.scratch(3);
  const sums = { count: chunks, factor: 1 / count };
  emitter.call(imageSumsKernel, { fixed, warped, partials }, { count });
  emitter.call(sumPartialsKernel, { partials, total: means }, { ...sums, quantities: 2 });
  emitter.call(correlationPartialsKernel, { fixed, warped, means, partials }, { count });
  emitter.call(sumPartialsKernel, { partials, total: moments }, { ...sums, quantities: 3 });
  return { means, moments };
}

function requireSame(fixed: ValueType, warped: ValueType): void {
  if (!sameType(asField(fixed, 1), asField(warped, 1))) {
    throw new InternalError('Fixed and warped are on different grids.');
  }
}

export const globalCorrelation = defineOp()({
  name: 'globalCorrelation',
  doc:
    'loss = −ncc, the normalized cross-correlation over all voxels; 0 where an image is constant. ' +
    'Means are taken first, so that float32 holds.',
  inputs: { fixed: 'field', warped: 'field' },
  outputs: ['loss'],
  infer({ fixed, warped }) {
    requireSame(fixed, warped);
    return { loss: scalarsType(1) };
  },
  adjoint(b, { inputs: { fixed, warped } }, { loss: cotangent }) {
    if (cotangent === undefined) return {};
    const op = 'globalCorrelationAdjoint';
    return {
      fixed: b.op(op, { fixed: warped, warped: fixed, cotangent }).warped,
      warped: b.op(op, { fixed, warped, cotangent }).warped,
    };
  },
  kernels: [...momentKernels, correlationLossKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const count = elementsPerBuffer(inputTypes.fixed);
    const { means, moments } = emitMoments(emitter, i.fixed, i.warped, count);
    emitter.call(correlationLossKernel, { means, moments, loss: o.loss }, {});
  },
});

export const globalCorrelationAdjoint = defineOp()({
  name: 'globalCorrelationAdjoint',
  doc:
    'Cotangent of the warped image for loss = −ncc: −(f/√(B·C) − ncc·w/C)/N with f and w the ' +
    'images less their means, B and C their variances. Exchanged, it is that of the fixed one.',
  inputs: { fixed: 'field', warped: 'field', cotangent: 'scalars' },
  outputs: ['warped'],
  infer({ fixed, warped }) {
    requireSame(fixed, warped);
    return { warped };
  },
  adjoint: 'not-differentiable',
  kernels: [...momentKernels, correlationAdjointKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const count = elementsPerBuffer(inputTypes.fixed);
    const { means, moments } = emitMoments(emitter, i.fixed, i.warped, count);
    emitter.call(
      correlationAdjointKernel,
      {
        fixed: i.fixed,
        warped: i.warped,
        means,
        moments,
        cotangent: i.cotangent,
        warpedCotangent: o.warped,
      },
      { count },
    );
  },
});

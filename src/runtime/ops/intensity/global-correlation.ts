import { InternalError } from '../../internal-error';
import type { BufferId } from '../../ir/kernel-graph';
import { elementsPerBuffer, sameType, scalarsType, type ValueType } from '../../ir/values';
import { scaleKernel } from '../arithmetic/elementwise.kernel';
import { sumPartialsKernel } from '../arithmetic/sum-partials.kernel';
import { defineOp, type Emitter } from '../define-op';
import { asField, requireWeightOn } from '../grid-attributes';
import { reductionChunks } from '../reduction';
import {
  correlationAdjointKernel,
  correlationLossKernel,
  correlationPartialsKernel,
  imageSumsKernel,
  weightedMeansKernel,
} from './correlation.kernel';

const momentKernels = [
  imageSumsKernel,
  weightedMeansKernel,
  correlationPartialsKernel,
  sumPartialsKernel,
] as const;

/**
 * Means of both images, then variances of both and their covariance, in buffers of the op. With a weight
 * the means are weighted, its own mean ω̄ is the third, and the moments are ω̄ times the weighted ones.
 */
function emitMoments(
  emitter: Emitter,
  fixed: readonly BufferId[],
  warped: readonly BufferId[],
  weight: readonly BufferId[] | undefined,
  count: number,
): { readonly means: BufferId; readonly moments: BufferId } {
  const chunks = reductionChunks(count);
  const partials = emitter.scratch(3 * chunks);
  const means = emitter.scratch(3);
  const weighted = weight === undefined ? 0 : 1;
  const moments = emitter.scratch(3);
  const sums = { count: chunks, factor: 1 / count };
  emitter.call(imageSumsKernel, { fixed, warped, weight, partials }, { count, weighted });
  emitter.call(
    sumPartialsKernel,
    { partials, total: means },
    { ...sums, quantities: 2 + weighted },
  );
  if (weight !== undefined) emitter.call(weightedMeansKernel, { means }, {});
  emitter.call(
    correlationPartialsKernel,
    { fixed, warped, weight, means, partials },
    { count, weighted },
  );
  emitter.call(sumPartialsKernel, { partials, total: moments }, { ...sums, quantities: 3 });
  return { means, moments };
}

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
  kernels: [...momentKernels, correlationLossKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const count = elementsPerBuffer(inputTypes.fixed);
    const { means, moments } = emitMoments(emitter, i.fixed, i.warped, i.weight, count);
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
  kernels: [...momentKernels, correlationAdjointKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    const count = elementsPerBuffer(inputTypes.fixed);
    const { means, moments } = emitMoments(emitter, i.fixed, i.warped, i.weight, count);
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

export const imageVariance = defineOp()({
  name: 'imageVariance',
  doc: 'mean = Ī, the [weighted] mean; variance = mean over all voxels of [ω ·] (I − Ī)².',
  inputs: { image: 'field', weight: 'field?' },
  outputs: ['mean', 'variance'],
  infer({ image, weight }) {
    asField(image, 1);
    requireWeightOn(image, weight);
    return { mean: scalarsType(1), variance: scalarsType(1) };
  },
  adjoint: 'not-differentiable',
  kernels: [...momentKernels, scaleKernel],
  emit(emitter, { inputs: { image, weight }, outputs: o, inputTypes }) {
    const { means, moments } = emitMoments(
      emitter,
      image,
      image,
      weight,
      elementsPerBuffer(inputTypes.image),
    );
    const first = { count: 1, factor: 1, hasBy: 0 };
    emitter.call(scaleKernel, { value: means, scaled: o.mean }, first);
    emitter.call(scaleKernel, { value: moments, scaled: o.variance }, first);
  },
});

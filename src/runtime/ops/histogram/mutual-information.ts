import { InternalError } from '../../internal-error';
import { scalarsType, type ValueType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { mutualInformationCotangents, mutualInformationOf } from './mutual-information.cpu';
import source from './mutual-information.wgsl?raw';
import adjointSource from './mutual-information-adjoint.wgsl?raw';
import { requireBins } from './parzen';

const workgroupSize = 256;

const mutualInformationKernel = defineKernel({
  name: 'mutual-information',
  bindings: { histogram: 'read', loss: 'write' },
  parameters: { bins: 'u32' },
  sharedAmongThreads: false,
  cpu(b, p) {
    b.loss[0] = -mutualInformationOf(b.histogram, p.bins);
  },
  gpu: { source, threads: () => workgroupSize, workgroupSize },
  cost: (p) => ({ bytes: 12 * p.bins ** 2, operations: 10 * p.bins ** 2 }),
});

const mutualInformationAdjointKernel = defineKernel({
  name: 'mutual-information-adjoint',
  bindings: { histogram: 'read', cotangent: 'read', histogramCotangent: 'write' },
  parameters: { bins: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) =>
    mutualInformationCotangents(
      b.histogram,
      b.cotangent[0] as number,
      b.histogramCotangent,
      p.bins,
    ),
  gpu: { source: adjointSource, threads: () => workgroupSize, workgroupSize },
  cost: (p) => ({ bytes: 16 * p.bins ** 2, operations: 10 * p.bins ** 2 }),
});

/** @throws InternalError where the value is no table of bins × bins. */
function requireTable(histogram: ValueType, bins: number): void {
  requireBins(bins);
  if (histogram.kind !== 'scalars' || histogram.length !== bins * bins) {
    throw new InternalError(`A joint histogram of ${bins} bins has ${bins * bins} cells.`);
  }
}

export const mutualInformation = defineOp<{ readonly bins: number }>()({
  name: 'mutualInformation',
  doc:
    'loss = −Σ p(a,b)·ln(p(a,b)·m/(p(a)·p(b))), nats, of a joint histogram whose rows are a and whose ' +
    'cells sum to m: m times the mutual information of what was counted.',
  inputs: { histogram: 'scalars' },
  outputs: ['loss'],
  infer({ histogram }, { bins }) {
    requireTable(histogram, bins);
    return { loss: scalarsType(1) };
  },
  adjoint(b, { inputs: { histogram }, attributes }, { loss: cotangent }) {
    if (cotangent === undefined) return {};
    return b.op('mutualInformationAdjoint', { histogram, cotangent }, attributes);
  },
  kernels: [mutualInformationKernel],
  emit(emitter, { inputs, outputs, attributes: { bins } }) {
    emitter.call(mutualInformationKernel, { ...inputs, ...outputs }, { bins });
  },
});

export const mutualInformationAdjoint = defineOp<{ readonly bins: number }>()({
  name: 'mutualInformationAdjoint',
  doc: 'Cotangent of the joint histogram for `mutualInformation`; 0 in empty cells.',
  inputs: { histogram: 'scalars', cotangent: 'scalars' },
  outputs: ['histogram'],
  infer({ histogram }, { bins }) {
    requireTable(histogram, bins);
    return { histogram };
  },
  adjoint: 'not-differentiable',
  kernels: [mutualInformationAdjointKernel],
  emit(emitter, { inputs, outputs, attributes: { bins } }) {
    emitter.call(
      mutualInformationAdjointKernel,
      { ...inputs, histogramCotangent: outputs.histogram },
      { bins },
    );
  },
});

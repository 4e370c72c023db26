import { bufferCount, elementsPerBuffer, scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { requireFloats } from '../grid-attributes';
import { reductionChunks, reductionThreads, reductionWorkgroup } from '../reduction';
import { nonFinitePartials } from './non-finite.cpu';
import source from './non-finite-partials.wgsl?raw';
import { sumPartialsKernel } from './sum-partials.kernel';

/** Counts of one plane, beside those of the others. */
const nonFinitePartialsKernel = defineKernel({
  name: 'non-finite-partials',
  bindings: { value: 'read', partials: 'update' },
  parameters: { count: 'u32', plane: 'u32' },
  cpu: (b, p, share, simd) => nonFinitePartials(b.value, b.partials, p, share, simd),
  gpu: { source, threads: reductionThreads, workgroupSize: reductionWorkgroup },
  cost: (p) => ({ bytes: 4 * p.count, operations: p.count }),
});

export const countNonFinite = defineOp()({
  name: 'countNonFinite',
  doc: 'How many numbers of a value are not finite: infinite, or not a number.',
  inputs: { value: 'any' },
  outputs: ['count'],
  infer({ value }) {
    requireFloats(value);
    return { count: scalarsType(1) };
  },
  adjoint: 'not-differentiable',
  kernels: [nonFinitePartialsKernel, sumPartialsKernel],
  emit(emitter, { inputs, outputs, inputTypes }) {
    const count = elementsPerBuffer(inputTypes.value);
    const chunks = bufferCount(inputTypes.value) * reductionChunks(count);
    const partials = emitter.scratch(chunks);
    inputs.value.forEach((value, plane) => {
      emitter.call(nonFinitePartialsKernel, { value, partials }, { count, plane });
    });
    emitter.call(
      sumPartialsKernel,
      { partials, total: outputs.count },
      { count: chunks, quantities: 1, factor: 1 },
    );
  },
});

import { elementsPerBuffer, scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { reductionChunks, reductionThreads, reductionWorkgroup } from '../reduction';
import { rangeOfPartials, rangePartials } from './range.cpu';
import finishSource from './range-finish.wgsl?raw';
import partialsSource from './range-partials.wgsl?raw';

const rangePartialsKernel = defineKernel({
  name: 'range-partials',
  bindings: { image: 'read', partials: 'write' },
  parameters: { count: 'u32' },
  cpu: (b, p, share, simd) => rangePartials(b.image, b.partials, p.count, share, simd),
  gpu: { source: partialsSource, threads: reductionThreads, workgroupSize: reductionWorkgroup },
  cost: (p) => ({ bytes: 4 * p.count, operations: 2 * p.count }),
});

const rangeFinishKernel = defineKernel({
  name: 'range-finish',
  bindings: { partials: 'read', range: 'write' },
  parameters: { count: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) => rangeOfPartials(b.partials, b.range, p.count),
  gpu: {
    source: finishSource,
    threads: () => reductionWorkgroup,
    workgroupSize: reductionWorkgroup,
  },
  cost: (p) => ({ bytes: 8 * p.count, operations: 2 * p.count }),
});

export const intensityRange = defineOp()({
  name: 'intensityRange',
  doc: 'Lowest and highest intensity of an image.',
  inputs: { image: 'field' },
  outputs: ['range'],
  infer({ image }) {
    asField(image, 1);
    return { range: scalarsType(2) };
  },
  adjoint: 'not-differentiable',
  kernels: [rangePartialsKernel, rangeFinishKernel],
  emit(emitter, { inputs, outputs, inputTypes }) {
    const count = elementsPerBuffer(inputTypes.image);
    const chunks = reductionChunks(count);
    const partials = emitter.scratch(2 * chunks);
    emitter.call(rangePartialsKernel, { ...inputs, partials }, { count });
    emitter.call(rangeFinishKernel, { partials, ...outputs }, { count: chunks });
  },
});

import { InternalError } from '../../internal-error';
import { elementsPerBuffer, liesTogether, sameType, scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { requireFloats } from '../grid-attributes';
import { emitSum } from '../pointwise/pointwise';
import { reductionChunks, reductionThreads, reductionWorkgroup } from '../reduction';
import { productPartials } from './dot.cpu';
import source from './dot.wgsl?raw';
import { sumPartialsKernel } from './sum-partials.kernel';

/** Sums of products over fixed chunks, from `offset` on in `partials`. */
export const dotPartialsKernel = defineKernel({
  name: 'dot-partials',
  bindings: { a: 'read', b: 'read', partials: 'update' },
  parameters: { count: 'u32', offset: 'u32' },
  cpu: (b, p, share) => productPartials(b.a, b.b, b.partials, p, share),
  gpu: { source, threads: reductionThreads, workgroupSize: reductionWorkgroup },
  cost: (p) => ({ bytes: 8 * p.count, operations: 2 * p.count }),
});

export const dot = defineOp()({
  name: 'dot',
  doc: 'Σ a·b over all elements and channels: the inner product of two values of one type.',
  inputs: { a: 'any', b: 'any' },
  outputs: ['product'],
  infer({ a, b }) {
    requireFloats(a);
    if (!sameType(a, b)) {
      throw new InternalError('The inner product is taken of two values of one type.');
    }
    return { product: scalarsType(1) };
  },
  adjoint(b, { inputs }, { product: by }) {
    if (by === undefined) return {};
    return {
      a: b.op('scale', { value: inputs.b, by }, { factor: 1 }).value,
      b: b.op('scale', { value: inputs.a, by }, { factor: 1 }).value,
    };
  },
  kernels: [dotPartialsKernel, sumPartialsKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    if (liesTogether(inputTypes.a)) {
      emitSum(emitter, 'dot', [['*', 'a', 'b']], i, inputTypes, o.product, () => 1);
      return;
    }
    const count = elementsPerBuffer(inputTypes.a);
    const chunks = reductionChunks(count);
    const isWhole = chunks * i.a.length === 1;
    // A handful of numbers is one chunk, and its sum the result.
    const partials = isWhole ? o.product[0] : emitter.scratch(chunks * i.a.length);
    i.a.forEach((plane, channel) => {
      const buffers = { a: plane, b: i.b[channel], partials };
      emitter.call(dotPartialsKernel, buffers, { count, offset: channel * chunks });
    });
    if (isWhole) return;
    emitter.call(
      sumPartialsKernel,
      { partials, total: o.product },
      { count: chunks * i.a.length, quantities: 1, factor: 1 },
    );
  },
});

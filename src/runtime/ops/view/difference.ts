import { InternalError } from '../../internal-error';
import { elementsPerBuffer, sameType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import source from './difference.wgsl?raw';
import { subtractElements } from './view.cpu';

const differenceKernel = defineKernel({
  name: 'difference',
  bindings: { a: 'read', b: 'read', value: 'write' },
  parameters: { count: 'u32' },
  cpu: (b, p, share) => subtractElements(b.a, b.b, b.value, p.count, share),
  gpu: { source, threads: (p) => p.count },
  cost: (p) => ({ bytes: 12 * p.count, operations: p.count }),
});

export const difference = defineOp()({
  name: 'difference',
  doc: 'a − b, element by element.',
  inputs: { a: 'any', b: 'any' },
  outputs: ['value'],
  infer({ a, b }) {
    if (!sameType(a, b)) throw new InternalError('Operands of different types cannot be combined.');
    return { value: a };
  },
  adjoint(b, _, { value: cotangent }) {
    if (cotangent === undefined) return {};
    return { a: cotangent, b: b.op('scale', { value: cotangent }, { factor: -1 }).value };
  },
  kernels: [differenceKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    i.a.forEach((plane, channel) => {
      emitter.call(
        differenceKernel,
        { a: plane, b: i.b[channel], value: o.value[channel] },
        { count: elementsPerBuffer(inputTypes.a) },
      );
    });
  },
});

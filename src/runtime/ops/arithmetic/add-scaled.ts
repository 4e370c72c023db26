import { InternalError } from '../../internal-error';
import { sameType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { elementwiseParts } from '../elementwise-parts';
import { requireFloats } from '../grid-attributes';
import { addScaledElements } from './add-scaled.cpu';
import source from './add-scaled.wgsl?raw';

const addScaledKernel = defineKernel({
  name: 'add-scaled',
  bindings: { a: 'read', b: 'read', by: 'read', sum: 'write' },
  parameters: { count: 'u32', factor: 'f32' },
  cpu: (b, p, share) =>
    addScaledElements(b.a, b.b, b.sum, p.factor * (b.by[0] as number), p.count, share),
  gpu: { source, threads: (p) => p.count },
  cost: (p) => ({ bytes: 12 * p.count, operations: 2 * p.count }),
});

export const addScaled = defineOp<{ readonly factor: number }>()({
  name: 'addScaled',
  doc: 'a + factor · by · b. `by` is one number, a setting: no gradient flows to it.',
  inputs: { a: 'any', b: 'any', by: 'scalars' },
  outputs: ['value'],
  infer({ a, b, by }) {
    requireFloats(a);
    if (!sameType(a, b)) throw new InternalError('Operands of different types cannot be added.');
    if (by.kind !== 'scalars' || by.length !== 1) {
      throw new InternalError('A value is scaled by one number.');
    }
    return { value: a };
  },
  adjoint(b, { inputs, attributes }, { value: cotangent }) {
    if (cotangent === undefined) return {};
    return {
      a: cotangent,
      b: b.op('scale', { value: cotangent, by: inputs.by }, attributes).value,
    };
  },
  kernels: [addScaledKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const planes = { a: i.a, b: i.b, sum: o.value };
    for (const { buffers, count } of elementwiseParts(emitter, inputTypes.a, planes)) {
      emitter.call(addScaledKernel, { ...buffers, by: i.by }, { count, factor: attributes.factor });
    }
  },
});

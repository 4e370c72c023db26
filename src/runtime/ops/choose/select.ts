import { InternalError } from '../../internal-error';
import { channelsOf, sameType, type ValueId } from '../../ir/values';
import { defineKernel, shareOf } from '../define-kernel';
import { defineOp } from '../define-op';
import { elementwiseParts } from '../elementwise-parts';
import { requireFloats } from '../grid-attributes';
import source from './select.wgsl?raw';

const selectKernel = defineKernel({
  name: 'select',
  bindings: { condition: 'read', whenTrue: 'read', whenFalse: 'read', chosen: 'write' },
  parameters: { count: 'u32' },
  cpu(b, p, share) {
    const [begin, end] = shareOf(p.count, share);
    const from = (b.condition[0] as number) !== 0 ? b.whenTrue : b.whenFalse;
    b.chosen.set(from.subarray(begin, end), begin);
  },
  gpu: { source, threads: (p) => p.count },
  cost: (p) => ({ bytes: 8 * p.count, operations: 0 }),
});

export const select = defineOp()({
  name: 'select',
  doc:
    'One of two values as a whole: `whenTrue` where the one number `condition` is not 0, else ' +
    '`whenFalse`. The one that is not taken may be anything, not-a-number included.',
  inputs: { condition: 'scalars', whenTrue: 'any', whenFalse: 'any' },
  outputs: ['value'],
  infer({ condition, whenTrue, whenFalse }) {
    if (condition.kind !== 'scalars' || condition.length !== 1) {
      throw new InternalError('A condition is one number.');
    }
    if (!sameType(whenTrue, whenFalse)) {
      throw new InternalError('Values of different types are no alternatives.');
    }
    requireFloats(whenTrue);
    return { value: whenTrue };
  },
  adjoint(b, { inputs: { condition } }, { value: cotangent }) {
    if (cotangent === undefined) return {};
    const channels = channelsOf(b.typeOf(cotangent));
    const nothing = b.op('zeros', { like: cotangent }, { channels }).value as ValueId;
    const chosen = (whenTrue: ValueId, whenFalse: ValueId) =>
      b.op('select', { condition, whenTrue, whenFalse }).value;
    return { whenTrue: chosen(cotangent, nothing), whenFalse: chosen(nothing, cotangent) };
  },
  kernels: [selectKernel],
  emit(emitter, { inputs: i, outputs: o, outputTypes }) {
    const planes = { whenTrue: i.whenTrue, whenFalse: i.whenFalse, chosen: o.value };
    for (const { buffers, count } of elementwiseParts(emitter, outputTypes.value, planes)) {
      emitter.call(selectKernel, { ...buffers, condition: i.condition }, { count });
    }
  },
});

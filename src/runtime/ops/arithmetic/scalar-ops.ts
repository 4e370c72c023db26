import { InternalError } from '../../internal-error';
import { elementsPerBuffer, sameType, type ValueType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import source from './scalar-op.wgsl?raw';

/** By the number that the shader knows each by. */
const operations = [
  (a: number, b: number) => (b === 0 ? 0 : a / b),
  (a: number, b: number) => a - b,
  (a: number, b: number) => Math.min(a, b),
  (a: number, b: number) => Math.max(a, b),
  (a: number, b: number) => (a < b ? 1 : 0),
  (a: number, b: number) => (a <= b ? 1 : 0),
  (a: number, b: number) => (a > b ? 1 : 0),
  (a: number, b: number) => (a >= b ? 1 : 0),
  (a: number, b: number) => (a === b ? 1 : 0),
] as const;

const arithmetic = { divide: 0, subtract: 1, minimum: 2, maximum: 3 } as const;
const comparisons = { less: 4, lessOrEqual: 5, greater: 6, greaterOrEqual: 7, equal: 8 } as const;

/** One thread: they are a handful, and waiting for each other would cost more. */
const scalarKernel = defineKernel({
  name: 'scalar-op',
  bindings: { a: 'read', b: 'read', value: 'write' },
  parameters: { count: 'u32', operation: 'u32' },
  sharedAmongThreads: false,
  cpu(b, p) {
    const operation = operations[p.operation];
    for (let i = 0; operation && i < p.count; i += 1)
      b.value[i] = operation(b.a[i] as number, b.b[i] as number);
  },
  gpu: { source, threads: (p) => p.count },
  cost: (p) => ({ bytes: 12 * p.count, operations: p.count }),
});

/** @throws InternalError where these are not two lists of numbers of one length */
function twoAlike(a: ValueType, b: ValueType): ValueType {
  if (!sameType(a, b)) throw new InternalError('Numbers are combined with as many others.');
  return a;
}

export const combineScalars = defineOp<{ readonly operation: keyof typeof arithmetic }>()({
  name: 'combineScalars',
  doc:
    'a / b, a − b, the smaller or the larger of both, number by number; a / 0 is 0. For what steers a ' +
    'loop: no gradient flows through it.',
  inputs: { a: 'scalars', b: 'scalars' },
  outputs: ['value'],
  infer: ({ a, b }) => ({ value: twoAlike(a, b) }),
  adjoint: 'not-differentiable',
  kernels: [scalarKernel],
  emit(emitter, { inputs: { a, b }, outputs: { value }, inputTypes, attributes }) {
    const operation = arithmetic[attributes.operation];
    emitter.call(
      scalarKernel,
      { a, b, value },
      { count: elementsPerBuffer(inputTypes.a), operation },
    );
  },
});

export const compareScalars = defineOp<{ readonly is: keyof typeof comparisons }>()({
  name: 'compareScalars',
  doc:
    '1 where a is less than b (or as `is` says), else 0, number by number; 0 where one of them is not a ' +
    'number. It jumps, so that it has no gradient.',
  inputs: { a: 'scalars', b: 'scalars' },
  outputs: ['holds'],
  infer: ({ a, b }) => ({ holds: twoAlike(a, b) }),
  adjoint: 'not-differentiable',
  kernels: [scalarKernel],
  emit(emitter, { inputs: { a, b }, outputs: { holds }, inputTypes, attributes }) {
    const operation = comparisons[attributes.is];
    const count = elementsPerBuffer(inputTypes.a);
    emitter.call(scalarKernel, { a, b, value: holds }, { count, operation });
  },
});

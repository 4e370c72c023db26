import { defineKernel, shareOf } from '../define-kernel';
import multiplySource from './multiply.wgsl?raw';
import scaleSource from './scale.wgsl?raw';

// Steps within ops that are kernels of their own; what a recipe adds and multiplies is a formula.

/** value = a · b */
export const multiplyKernel = defineKernel({
  name: 'multiply-planes',
  bindings: { a: 'read', b: 'read', value: 'write' },
  parameters: { count: 'u32' },
  cpu({ a, b, value }, { count }, share) {
    const [begin, end] = shareOf(count, share);
    for (let i = begin; i < end; i += 1) value[i] = (a[i] as number) * (b[i] as number);
  },
  gpu: { source: multiplySource, threads: (p) => p.count },
  cost: (p) => ({ bytes: 12 * p.count, operations: p.count }),
});

/** scaled = value · factor · by */
export const scaleKernel = defineKernel({
  name: 'scale-planes',
  bindings: { value: 'read', by: 'read?', scaled: 'write' },
  parameters: { count: 'u32', factor: 'f32', hasBy: 'u32' },
  cpu({ value, by, scaled }, p, share) {
    const factor = p.factor * (by?.[0] ?? 1);
    const [begin, end] = shareOf(p.count, share);
    for (let i = begin; i < end; i += 1) scaled[i] = factor * (value[i] as number);
  },
  gpu: { source: scaleSource, threads: (p) => p.count },
  cost: (p) => ({ bytes: 8 * p.count, operations: p.count }),
});

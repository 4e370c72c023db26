import { defineKernel } from '../define-kernel';
import addSource from './add.wgsl?raw';
import {
  addElements,
  multiplyElements,
  rescaleAdjointElements,
  rescaleElements,
  scaleElements,
} from './elementwise.cpu';
import multiplySource from './multiply.wgsl?raw';
import rescaleSource from './rescale.wgsl?raw';
import rescaleAdjointSource from './rescale-adjoint.wgsl?raw';
import scaleSource from './scale.wgsl?raw';

type Count = { readonly count: number };

const elements = (p: Count): number => p.count;

const cost = (floats: number, operations: number) => (p: Count) => ({
  bytes: 4 * floats * p.count,
  operations: operations * p.count,
});

/** value = a + b */
export const addKernel = defineKernel({
  name: 'add',
  bindings: { a: 'read', b: 'read', value: 'write' },
  parameters: { count: 'u32' },
  cpu: (b, p, share) => addElements(b.a, b.b, b.value, p.count, share),
  gpu: { source: addSource, threads: elements },
  cost: cost(3, 1),
});

/** value = a · b */
export const multiplyKernel = defineKernel({
  name: 'multiply',
  bindings: { a: 'read', b: 'read', value: 'write' },
  parameters: { count: 'u32' },
  cpu: (b, p, share) => multiplyElements(b.a, b.b, b.value, p.count, share),
  gpu: { source: multiplySource, threads: elements },
  cost: cost(3, 1),
});

/** scaled = value · factor · by */
export const scaleKernel = defineKernel({
  name: 'scale',
  bindings: { value: 'read', by: 'read?', scaled: 'write' },
  parameters: { count: 'u32', factor: 'f32', hasBy: 'u32' },
  cpu: (b, p, share) =>
    scaleElements(b.value, b.scaled, p.factor * (b.by?.[0] ?? 1), p.count, share),
  gpu: { source: scaleSource, threads: elements },
  cost: cost(2, 1),
});

/** rescaled = clamp((image − low) / (high − low), 0, 1) */
export const rescaleKernel = defineKernel({
  name: 'rescale',
  bindings: { image: 'read', range: 'read', rescaled: 'write' },
  parameters: { count: 'u32' },
  cpu: (b, p, share) => rescaleElements(b.image, b.range, b.rescaled, p.count, share),
  gpu: { source: rescaleSource, threads: elements },
  cost: cost(2, 4),
});

/** Cotangent of the image of `rescale`. */
export const rescaleAdjointKernel = defineKernel({
  name: 'rescale-adjoint',
  bindings: { image: 'read', range: 'read', cotangent: 'read', imageCotangent: 'write' },
  parameters: { count: 'u32' },
  cpu: (b, p, share) =>
    rescaleAdjointElements(b.image, b.range, b.cotangent, b.imageCotangent, p.count, share),
  gpu: { source: rescaleAdjointSource, threads: elements },
  cost: cost(3, 4),
});

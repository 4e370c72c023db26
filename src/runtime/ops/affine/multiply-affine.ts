import { InternalError } from '../../internal-error';
import { scalarsType, type ValueType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { multiplyAffines, multiplyAffinesAdjoint } from './multiply-affine.cpu';
import source from './multiply-affine.wgsl?raw';
import adjointSource from './multiply-affine-adjoint.wgsl?raw';

const multiplyAffineKernel = defineKernel({
  name: 'multiply-affine',
  bindings: { left: 'read', right: 'read', affine: 'write' },
  parameters: {},
  sharedAmongThreads: false,
  cpu: (b) => multiplyAffines(b.left, b.right, b.affine),
  gpu: { source, threads: () => 1, workgroupSize: 1 },
  cost: () => ({ bytes: 144, operations: 75 }),
});

const multiplyAffineAdjointKernel = defineKernel({
  name: 'multiply-affine-adjoint',
  bindings: {
    left: 'read',
    right: 'read',
    cotangent: 'read',
    leftCotangent: 'write',
    rightCotangent: 'write',
  },
  parameters: {},
  sharedAmongThreads: false,
  cpu: (b) =>
    multiplyAffinesAdjoint(b.left, b.right, b.cotangent, b.leftCotangent, b.rightCotangent),
  gpu: { source: adjointSource, threads: () => 1, workgroupSize: 1 },
  cost: () => ({ bytes: 240, operations: 150 }),
});

/** @throws InternalError where a value is not twelve numbers. */
function requireAffine(...types: readonly ValueType[]): void {
  if (types.some((type) => type.kind !== 'scalars' || type.length !== 12)) {
    throw new InternalError('An affine is twelve scalars.');
  }
}

export const multiplyAffine = defineOp()({
  name: 'multiplyAffine',
  doc: 'left·right, row-major 3×4: first the right map, then the left one.',
  inputs: { left: 'scalars', right: 'scalars' },
  outputs: ['affine'],
  infer({ left, right }) {
    requireAffine(left, right);
    return { affine: scalarsType(12) };
  },
  adjoint(b, { inputs: { left, right } }, { affine: cotangent }) {
    if (cotangent === undefined) return {};
    return b.op('multiplyAffineAdjoint', { left, right, cotangent });
  },
  kernels: [multiplyAffineKernel],
  emit(emitter, { inputs, outputs }) {
    emitter.call(multiplyAffineKernel, { ...inputs, ...outputs }, {});
  },
});

export const multiplyAffineAdjoint = defineOp()({
  name: 'multiplyAffineAdjoint',
  doc: 'Cotangents of both factors of `multiplyAffine`: C·(right)ᵀ and (left)ᵀ·C.',
  inputs: { left: 'scalars', right: 'scalars', cotangent: 'scalars' },
  outputs: ['left', 'right'],
  infer({ left, right, cotangent }) {
    requireAffine(left, right, cotangent);
    return { left, right };
  },
  adjoint: 'not-differentiable',
  kernels: [multiplyAffineAdjointKernel],
  emit(emitter, { inputs, outputs }) {
    emitter.call(
      multiplyAffineAdjointKernel,
      { ...inputs, leftCotangent: outputs.left, rightCotangent: outputs.right },
      {},
    );
  },
});

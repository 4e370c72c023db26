import { InternalError } from '../../internal-error';
import { elementsPerBuffer, type ValueType } from '../../ir/values';
import { defineOp } from '../define-op';
import { rescaleAdjointKernel, rescaleKernel } from './elementwise.kernel';

function requireRange(range: ValueType): void {
  if (range.kind !== 'scalars' || range.length !== 2) {
    throw new InternalError('A range is two numbers, low and high.');
  }
}

export const rescale = defineOp()({
  name: 'rescale',
  doc:
    'clamp((image − low) / (high − low), 0, 1) with range = (low, high); 0 where high ≤ low. ' +
    'The range is a setting: no gradient flows to it.',
  inputs: { image: 'field', range: 'scalars' },
  outputs: ['value'],
  infer({ image, range }) {
    requireRange(range);
    return { value: image };
  },
  adjoint(b, { inputs: { image, range } }, { value: cotangent }) {
    if (cotangent === undefined) return {};
    return { image: b.op('rescaleAdjoint', { image, range, cotangent }).image };
  },
  kernels: [rescaleKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    i.image.forEach((plane, channel) => {
      emitter.call(
        rescaleKernel,
        { image: plane, range: i.range, rescaled: o.value[channel] },
        { count: elementsPerBuffer(inputTypes.image) },
      );
    });
  },
});

export const rescaleAdjoint = defineOp()({
  name: 'rescaleAdjoint',
  doc: 'Cotangent of the image of `rescale`: cotangent / (high − low), 0 where it was clamped.',
  inputs: { image: 'field', range: 'scalars', cotangent: 'field' },
  outputs: ['image'],
  infer({ image, range }) {
    requireRange(range);
    return { image };
  },
  adjoint: 'not-differentiable',
  kernels: [rescaleAdjointKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    i.image.forEach((plane, channel) => {
      emitter.call(
        rescaleAdjointKernel,
        {
          image: plane,
          range: i.range,
          cotangent: i.cotangent[channel],
          imageCotangent: o.image[channel],
        },
        { count: elementsPerBuffer(inputTypes.image) },
      );
    });
  },
});

import { InternalError } from '../../internal-error';
import { elementsPerBuffer, scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { otsuThreshold as thresholdOnCpu } from './otsu.cpu';

const kernel = defineKernel({
  name: 'otsu-threshold',
  bindings: { image: 'read', range: 'read', threshold: 'write' },
  parameters: { count: 'u32', bins: 'u32' },
  sharedAmongThreads: false,
  cpu(b, p) {
    b.threshold[0] = thresholdOnCpu(b.image, b.range, p);
  },
  gpu: 'host',
  cost: (p) => ({ bytes: 4 * p.count, operations: 4 * p.count + 10 * p.bins }),
});

export const otsuThreshold = defineOp<{ readonly bins: number }>()({
  name: 'otsuThreshold',
  doc:
    'The intensity that parts an image into two classes with the largest variance between them, from a histogram of `bins` bins over ' +
    'a range (low, high), values beyond it at its ends; in the middle where several do; the lower end where high ≤ low.',
  inputs: { image: 'field', range: 'scalars' },
  outputs: ['threshold'],
  infer({ image, range }) {
    asField(image, 1);
    if (range.kind !== 'scalars' || range.length !== 2) {
      throw new InternalError('A range is two numbers, low and high.');
    }
    return { threshold: scalarsType(1) };
  },
  adjoint: 'not-differentiable',
  kernels: [kernel],
  emit(emitter, { inputs, outputs, inputTypes, attributes: { bins } }) {
    const count = elementsPerBuffer(inputTypes.image);
    emitter.call(kernel, { ...inputs, ...outputs }, { count, bins });
  },
});

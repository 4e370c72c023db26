import { elementsPerBuffer } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { matchHistogram as matchOnCpu } from './match-histogram.cpu';

const kernel = defineKernel({
  name: 'match-histogram',
  bindings: { image: 'read', reference: 'read', value: 'write' },
  parameters: { count: 'u32', referenceCount: 'u32', bins: 'u32', points: 'u32', aboveMean: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) => matchOnCpu(b.image, b.reference, b.value, p),
  gpu: 'host',
  cost: (p) => ({
    bytes: 12 * p.count + 8 * p.referenceCount,
    operations: 20 * (p.count + p.referenceCount),
  }),
});

export const matchHistogram = defineOp<{
  readonly bins: number;
  readonly points: number;
  readonly aboveMean: boolean;
}>()({
  name: 'matchHistogram',
  doc:
    'The image with intensities such that `points` of its quantiles, of a histogram of `bins` bins, are those of the reference: ' +
    'piecewise linear between them. With `aboveMean` quantiles are of what is not darker than the mean, and what is ' +
    'darker is mapped linearly from the least value to the mean. Image and reference may lie on different grids.',
  inputs: { image: 'field', reference: 'field' },
  outputs: ['value'],
  infer({ image, reference }) {
    asField(reference, 1);
    return { value: asField(image, 1) };
  },
  adjoint: 'not-differentiable',
  kernels: [kernel],
  emit(emitter, { inputs, outputs, inputTypes, attributes }) {
    const { bins, points, aboveMean } = attributes;
    const count = elementsPerBuffer(inputTypes.image);
    const referenceCount = elementsPerBuffer(inputTypes.reference);
    const numbers = { count, referenceCount, bins, points, aboveMean: aboveMean ? 1 : 0 };
    emitter.call(kernel, { ...inputs, ...outputs }, numbers);
  },
});

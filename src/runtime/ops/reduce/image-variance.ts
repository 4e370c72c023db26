import { elementsPerBuffer, scalarsType } from '../../ir/values';
import { scaleKernel } from '../arithmetic/elementwise.kernel';
import { defineOp } from '../define-op';
import { asField, requireWeightOn } from '../grid-attributes';
import { emitPairMoments, pairMomentKernels } from './emit-pair-moments';

export const imageVariance = defineOp()({
  name: 'imageVariance',
  doc: 'mean = Ī, the [weighted] mean; variance = mean over all voxels of [ω ·] (I − Ī)².',
  inputs: { image: 'field', weight: 'field?' },
  outputs: ['mean', 'variance'],
  infer({ image, weight }) {
    asField(image, 1);
    requireWeightOn(image, weight);
    return { mean: scalarsType(1), variance: scalarsType(1) };
  },
  adjoint: 'not-differentiable',
  kernels: [...pairMomentKernels, scaleKernel],
  emit(emitter, { inputs: { image, weight }, outputs: o, inputTypes }) {
    const { means, moments } = emitPairMoments(
      emitter,
      image,
      image,
      weight,
      elementsPerBuffer(inputTypes.image),
    );
    const first = { count: 1, factor: 1, hasBy: 0 };
    emitter.call(scaleKernel, { value: means, scaled: o.mean }, first);
    emitter.call(scaleKernel, { value: moments, scaled: o.variance }, first);
  },
});

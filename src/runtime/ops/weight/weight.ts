import type { Expression } from '../../ir/formula';
import { elementsPerBuffer, liesTogether, scalarsType } from '../../ir/values';
import { defineOp } from '../define-op';
import { asField, requireWeightOn } from '../grid-attributes';
import { emitExpressions } from '../pointwise/pointwise';
import { sumPartialsKernel } from '../reduce/sum-partials.kernel';
import { reductionChunks } from '../reduction';
import {
  fillOutsideKernel,
  inverseKernel,
  nonZeroKernel,
  overlapGateKernel,
  overlapReportKernel,
  weightSumsKernel,
} from './weight.kernel';

export const nonZero = defineOp()({
  name: 'nonZero',
  doc: 'inside = 1 where the image is a number other than 0, else 0: what a file of a mask means.',
  inputs: { image: 'field' },
  outputs: ['inside'],
  infer: ({ image }) => ({ inside: asField(image, 1) }),
  adjoint: 'not-differentiable',
  kernels: [nonZeroKernel],
  emit(emitter, { inputs, outputs, inputTypes }) {
    const count = elementsPerBuffer(inputTypes.image);
    emitter.call(nonZeroKernel, { ...inputs, ...outputs }, { count });
  },
});

export const fillOutside = defineOp()({
  name: 'fillOutside',
  doc: 'value where `inside` is not 0, else the first number of `fill`. For results: no gradient.',
  inputs: { value: 'field', inside: 'field', fill: 'scalars' },
  outputs: ['filled'],
  infer({ value, inside }) {
    requireWeightOn(value, inside);
    return { filled: asField(value) };
  },
  adjoint: 'not-differentiable',
  kernels: [fillOutsideKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, outputTypes }) {
    if (liesTogether(inputTypes.value)) {
      const chosen: Expression = ['select', ['<', 0, ['abs', 'inside']], 'value', 'fill.0'];
      const output = { type: outputTypes.filled, buffers: o.filled };
      emitExpressions(emitter, 'fill-outside', [chosen], i, inputTypes, output);
      return;
    }
    i.value.forEach((plane, channel) => {
      emitter.call(
        fillOutsideKernel,
        { value: plane, inside: i.inside, fill: i.fill, filled: o.filled[channel] },
        { count: elementsPerBuffer(inputTypes.value) },
      );
    });
  },
});

export const meanWeight = defineOp()({
  name: 'meanWeight',
  doc: 'Mean of a weight over all voxels, and 1 / mean (0 where nothing counts).',
  inputs: { weight: 'field' },
  outputs: ['mean', 'inverse'],
  infer({ weight }) {
    asField(weight, 1);
    return { mean: scalarsType(1), inverse: scalarsType(1) };
  },
  adjoint: 'not-differentiable',
  kernels: [weightSumsKernel, sumPartialsKernel, inverseKernel],
  emit(emitter, { inputs: { weight }, outputs: { mean, inverse }, inputTypes }) {
    const count = elementsPerBuffer(inputTypes.weight);
    const chunks = reductionChunks(count);
    const partials = emitter.scratch(chunks);
    emitter.call(weightSumsKernel, { weight, partials }, { count });
    emitter.call(
      sumPartialsKernel,
      { partials, total: mean },
      { count: chunks, quantities: 1, factor: 1 / count },
    );
    emitter.call(inverseKernel, { mean, inverse }, {});
  },
});

export type OverlapAttributes = {
  /** Size of the moving image (volume, area on slices) as a multiple of the fixed one's. */
  readonly movingSize: number;
  /** Share of the smaller image that must have a partner. */
  readonly least: number;
  /** Share of what had a partner at the start that must still have one. */
  readonly leastOfStart: number;
};

export const overlapReport = defineOp<OverlapAttributes>()({
  name: 'overlapReport',
  doc:
    'overlap = share of the fixed image (of its mask) whose points have a partner, then the same of the ' +
    'smaller image; verdict = (0, 1), or (0, 0) where the latter is below `least` or the weight below ' +
    '`leastOfStart` of what it was at the start. From the means over the fixed grid of the weight, now and ' +
    'at the start, and of the fixed mask, and of the moving mask over its own.',
  inputs: {
    weightMean: 'scalars',
    fixedMean: 'scalars?',
    movingMean: 'scalars?',
    startMean: 'scalars?',
  },
  outputs: ['overlap', 'verdict'],
  infer: () => ({ overlap: scalarsType(2), verdict: scalarsType(2) }),
  adjoint: 'not-differentiable',
  kernels: [overlapReportKernel],
  emit(emitter, { inputs, outputs, attributes }) {
    emitter.call(
      overlapReportKernel,
      { ...inputs, ...outputs },
      {
        ...attributes,
        hasFixed: inputs.fixedMean === undefined ? 0 : 1,
        hasMoving: inputs.movingMean === undefined ? 0 : 1,
        hasStart: inputs.startMean === undefined ? 0 : 1,
      },
    );
  },
});

export const overlapGate = defineOp<{ readonly least: number; readonly full: number }>()({
  name: 'overlapGate',
  doc:
    'gate = clamp((mean / start − least) / (full − least), 0, 1): 1 while enough is left of the mean weight ' +
    'of the start, 0 where too little is. A constant of the iteration: no gradient flows through it.',
  inputs: { mean: 'scalars', start: 'scalars' },
  outputs: ['gate'],
  infer: () => ({ gate: scalarsType(1) }),
  adjoint: 'not-differentiable',
  kernels: [overlapGateKernel],
  emit(emitter, { inputs, outputs, attributes }) {
    emitter.call(overlapGateKernel, { ...inputs, ...outputs }, attributes);
  },
});

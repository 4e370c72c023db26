import { InternalError } from '../../internal-error';
import {
  elementsPerBuffer,
  type FieldType,
  sameType,
  scalarsType,
  type ValueType,
} from '../../ir/values';
import { multiplyKernel } from '../arithmetic/elementwise.kernel';
import { defineOp } from '../define-op';
import { asField, requireWeightOn } from '../grid-attributes';
import { sumPartialsKernel } from '../reduce/sum-partials.kernel';
import { reductionChunks } from '../reduction';
import {
  lnccAdjointFixedKernel,
  lnccAdjointKernel,
  lnccPartialsAndAdjointKernel,
  lnccPartialsKernel,
} from './lncc.kernel';

/** Variances below this count as this: 1e-5 suits intensities in [0, 1]. */
export type LnccAttributes = { readonly epsilon: number };

const means = {
  meanFixed: 'field',
  meanFixedSquared: 'field',
  meanWarped: 'field',
  meanWarpedSquared: 'field',
  meanProduct: 'field',
} as const;

/** Cotangents are written over the means that they belong to. */
const updatesInPlace = {
  meanWarped: 'meanWarped',
  meanWarpedSquared: 'meanWarpedSquared',
  meanProduct: 'meanProduct',
} as const;

type Means = { readonly [Name in keyof typeof means]: ValueType };

function typeOfMeans(inputs: Means & { readonly weight?: ValueType | undefined }): FieldType {
  const type = asField(inputs.meanFixed, 1);
  for (const name of Object.keys(means) as (keyof Means)[]) {
    if (!sameType(inputs[name], type)) throw new InternalError('Window means are on two grids.');
  }
  requireWeightOn(type, inputs.weight);
  return type;
}

export const lnccLoss = defineOp<LnccAttributes>()({
  name: 'lnccLoss',
  doc:
    'Local normalized cross-correlation from window means: loss = −mean([ω ·] A²/(B·C)) with ' +
    'A = mean(FW) − mean(F)·mean(W), B and C the variances of F and W, clamped at epsilon. No ' +
    'gradient flows to the weight ω.',
  inputs: { ...means, weight: 'field?' },
  outputs: ['loss'],
  // The cotangent of a loss seldom depends on it, so that both are known to be wanted when the means are read.
  traits: {
    fusesWith: [
      {
        partner: 'lnccLossAdjoint',
        into: 'lnccLossWithAdjoint',
        name: 'local-correlation-with-adjoint',
        join: (own, { inputs, attributes }) =>
          own.attributes.epsilon === attributes.epsilon &&
          [...Object.keys(means), 'weight'].every((name) => own.inputs[name] === inputs[name])
            ? { inputs, attributes }
            : undefined,
      },
    ],
  },
  infer(inputs) {
    typeOfMeans(inputs);
    return { loss: scalarsType(1) };
  },
  adjoint(b, { inputs, attributes }, { loss: cotangent }) {
    if (cotangent === undefined) return {};
    // First the fixed side: the other one is written over the warped means.
    const fixed = b.op('lnccLossAdjointFixed', { ...inputs, cotangent }, attributes);
    const warped = b.op('lnccLossAdjoint', { ...inputs, cotangent }, attributes);
    return { ...fixed, ...warped };
  },
  kernels: [lnccPartialsKernel, sumPartialsKernel],
  emit(emitter, { inputs, outputs, inputTypes, attributes }) {
    const count = elementsPerBuffer(inputTypes.meanFixed);
    const chunks = reductionChunks(count);
    const partials = emitter.scratch(chunks);
    emitter.call(
      lnccPartialsKernel,
      { ...inputs, partials },
      { count, epsilon: attributes.epsilon, weighted: inputs.weight === undefined ? 0 : 1 },
    );
    emitter.call(
      sumPartialsKernel,
      { partials, total: outputs.loss },
      { count: chunks, quantities: 1, factor: -1 / count },
    );
  },
});

export const lnccLossAdjoint = defineOp<LnccAttributes>()({
  name: 'lnccLossAdjoint',
  doc:
    'Cotangents of the window means of W, W² and F·W, in place over them. A clamped variance is ' +
    'a constant.',
  inputs: { ...means, weight: 'field?', cotangent: 'scalars' },
  outputs: ['meanWarped', 'meanWarpedSquared', 'meanProduct'],
  traits: { updatesInPlace },
  infer(inputs) {
    const type = typeOfMeans(inputs);
    return { meanWarped: type, meanWarpedSquared: type, meanProduct: type };
  },
  adjoint: 'not-differentiable',
  kernels: [lnccAdjointKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    emitter.call(
      lnccAdjointKernel,
      {
        meanFixed: i.meanFixed,
        meanFixedSquared: i.meanFixedSquared,
        ...o,
        weight: i.weight,
        cotangent: i.cotangent,
      },
      {
        count: elementsPerBuffer(inputTypes.meanFixed),
        epsilon: attributes.epsilon,
        weighted: i.weight === undefined ? 0 : 1,
      },
    );
  },
});

export const lnccLossWithAdjoint = defineOp<LnccAttributes>()({
  name: 'lnccLossWithAdjoint',
  doc: '`lnccLoss` and `lnccLossAdjoint` in one walk. Made by fusion only.',
  inputs: lnccLossAdjoint.inputs,
  outputs: ['loss', ...lnccLossAdjoint.outputs],
  traits: { updatesInPlace },
  infer(inputs) {
    const type = typeOfMeans(inputs);
    return {
      loss: scalarsType(1),
      meanWarped: type,
      meanWarpedSquared: type,
      meanProduct: type,
    };
  },
  adjoint: 'not-differentiable',
  kernels: [lnccPartialsAndAdjointKernel, sumPartialsKernel],
  emit(emitter, { inputs: i, outputs: { loss, ...o }, inputTypes, attributes }) {
    const count = elementsPerBuffer(inputTypes.meanFixed);
    const chunks = reductionChunks(count);
    const partials = emitter.scratch(chunks);
    emitter.call(
      lnccPartialsAndAdjointKernel,
      { ...i, ...o, partials },
      { count, epsilon: attributes.epsilon, weighted: i.weight === undefined ? 0 : 1 },
    );
    emitter.call(
      sumPartialsKernel,
      { partials, total: loss },
      { count: chunks, quantities: 1, factor: -1 / count },
    );
  },
});

export const lnccLossAdjointFixed = defineOp<LnccAttributes>()({
  name: 'lnccLossAdjointFixed',
  doc: 'Cotangents of the window means of F and F². A clamped variance is a constant.',
  inputs: { ...means, weight: 'field?', cotangent: 'scalars' },
  outputs: ['meanFixed', 'meanFixedSquared'],
  infer(inputs) {
    const type = typeOfMeans(inputs);
    return { meanFixed: type, meanFixedSquared: type };
  },
  adjoint: 'not-differentiable',
  kernels: [lnccAdjointFixedKernel, multiplyKernel],
  emit(emitter, { inputs: { weight, ...inputs }, outputs, inputTypes, attributes }) {
    const count = elementsPerBuffer(inputTypes.meanFixed);
    // A weight would be the ninth buffer, and both cotangents are proportional to it.
    const [mean, squared] =
      weight === undefined
        ? [outputs.meanFixed, outputs.meanFixedSquared]
        : [emitter.scratch(count), emitter.scratch(count)];
    emitter.call(
      lnccAdjointFixedKernel,
      { ...inputs, cotangentMean: mean, cotangentMeanSquared: squared },
      { count, epsilon: attributes.epsilon },
    );
    if (weight === undefined) return;
    emitter.call(multiplyKernel, { a: mean, b: weight, value: outputs.meanFixed }, { count });
    emitter.call(
      multiplyKernel,
      { a: squared, b: weight, value: outputs.meanFixedSquared },
      { count },
    );
  },
});

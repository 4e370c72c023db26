import { InternalError } from '../../internal-error';
import { elementsPerBuffer, sameType, scalarsType } from '../../ir/values';
import { defineOp, type Fusion } from '../define-op';
import { asField, requireWeightOn } from '../grid-attributes';
import { sumPartialsKernel } from '../reduce/sum-partials.kernel';
import { wideRoom } from '../window/emit-moments';
import { isNarrow, isVolume, windowParameters } from '../window/narrow-window';
import type { WindowAttributes } from '../window/window-statistics';
import type { LnccAttributes } from './lncc';
import {
  lnccFromImagesKernel,
  lnccFromImagesWideKernel,
  partialsFromImages,
} from './lncc-from-images.kernel';

/** How `windowMoments` becomes part of the local correlation that alone reads its means. */
export const asLocalCorrelation: Fusion = {
  partner: 'lnccLossWithAdjoint',
  into: 'lnccFromImages',
  name: 'local-correlation-from-images',
  join(own, partner, typeOf) {
    const { fixed, warped, ...windowWeight } = own.inputs;
    const { meanWarped, meanWarpedSquared, meanProduct, ...others } = partner.inputs;
    const isOfThese =
      meanWarped === own.outputs.meanWarped &&
      meanWarpedSquared === own.outputs.meanWarpedSquared &&
      meanProduct === own.outputs.meanProduct;
    if (!isOfThese || fixed === undefined || warped === undefined) return undefined;
    const attributes = { ...own.attributes, ...partner.attributes } as LnccOfWindows;
    const isOneWalk = Object.keys(windowWeight).length === 0 && isVolume(typeOf(warped));
    return isOneWalk ? { inputs: { fixed, warped, ...others }, attributes } : undefined;
  },
};

type LnccOfWindows = LnccAttributes & WindowAttributes;

export const lnccFromImages = defineOp<LnccOfWindows>()({
  name: 'lnccFromImages',
  doc:
    '`lnccLossWithAdjoint` of the means that `windowMoments` gives of two images, in one walk, in ' +
    'volumes. Made by fusion only.',
  inputs: {
    fixed: 'field',
    warped: 'field',
    meanFixed: 'field',
    meanFixedSquared: 'field',
    weight: 'field?',
    cotangent: 'scalars',
  },
  outputs: ['loss', 'meanWarped', 'meanWarpedSquared', 'meanProduct'],
  infer({ fixed, warped, meanFixed, meanFixedSquared, weight }) {
    const type = asField(warped, 1);
    if (![fixed, meanFixed, meanFixedSquared].every((other) => sameType(other, type))) {
      throw new InternalError('Images and their window means are on different grids.');
    }
    requireWeightOn(type, weight);
    if (!isVolume(type)) throw new InternalError('One walk takes windows in volumes.');
    return {
      loss: scalarsType(1),
      meanWarped: type,
      meanWarpedSquared: type,
      meanProduct: type,
    };
  },
  adjoint: 'not-differentiable',
  kernels: [lnccFromImagesKernel, lnccFromImagesWideKernel, sumPartialsKernel],
  emit(emitter, { inputs: i, outputs: { loss, ...o }, inputTypes, attributes }) {
    const count = elementsPerBuffer(inputTypes.warped);
    const numbers = windowParameters(inputTypes.warped, attributes);
    const partials = emitter.scratch(partialsFromImages(numbers));
    const parameters = {
      ...numbers,
      count,
      epsilon: attributes.epsilon,
      weighted: i.weight === undefined ? 0 : 1,
      partialCount: partialsFromImages(numbers),
    };
    if (isNarrow(attributes)) {
      emitter.call(lnccFromImagesKernel, { ...i, ...o, partials }, parameters);
    } else {
      const room = wideRoom(emitter, count);
      emitter.call(lnccFromImagesWideKernel, { ...i, ...o, ...room, partials }, parameters);
    }
    emitter.call(
      sumPartialsKernel,
      { partials, total: loss },
      { count: partialsFromImages(numbers), quantities: 1, factor: -1 / count },
    );
  },
});

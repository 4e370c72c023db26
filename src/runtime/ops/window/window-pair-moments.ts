import { InternalError } from '../../internal-error';
import { sameType } from '../../ir/values';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { emitMoments, momentsKernels } from './emit-moments';
import { requireWindowWeight, windowEmitter, windowKernels, windowWeightOf } from './emit-window';
import { isVolume } from './narrow-window';
import type { WindowAttributes } from './window-statistics';

export const windowPairMoments = defineOp<WindowAttributes>()({
  name: 'windowPairMoments',
  doc:
    'Means of F, F², W, W² and F·W over the cubic window around each voxel, clipped at the border: ' +
    '`windowStatistics` of F and `windowMoments` together, for two images that both move. A weight is what it is there.',
  inputs: { fixed: 'field', warped: 'field', weight: 'field?', weightMean: 'field?' },
  outputs: ['meanFixed', 'meanFixedSquared', 'meanWarped', 'meanWarpedSquared', 'meanProduct'],
  infer({ fixed, warped, weight, weightMean }) {
    const type = asField(warped, 1);
    if (!sameType(fixed, type)) throw new InternalError('Fixed and warped are on different grids.');
    requireWindowWeight(type, weight, weightMean);
    return {
      meanFixed: type,
      meanFixedSquared: type,
      meanWarped: type,
      meanWarpedSquared: type,
      meanProduct: type,
    };
  },
  adjoint(b, { inputs, attributes }, cotangents) {
    const { meanFixed, meanFixedSquared, meanProduct, ...ofWarped } = cotangents;
    if (Object.values(cotangents).every((cotangent) => cotangent === undefined)) return {};
    const exchanged = {
      ...inputs,
      fixed: inputs.warped,
      warped: inputs.fixed,
      meanWarped: meanFixed,
      meanWarpedSquared: meanFixedSquared,
      meanProduct,
    };
    const own = { ...inputs, ...ofWarped, meanProduct };
    return {
      fixed: b.op('windowMomentsAdjoint', exchanged, attributes).warped,
      warped: b.op('windowMomentsAdjoint', own, attributes).warped,
    };
  },
  kernels: [...windowKernels, ...momentsKernels],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const { fixed, warped, weight } = i;
    const { meanFixed, meanFixedSquared, ...ofWarped } = o;
    if (weight === undefined && isVolume(inputTypes.warped)) {
      // The product comes out of either walk, and is the same.
      const ofFixed = { meanWarped: meanFixed, meanWarpedSquared: meanFixedSquared };
      const exchanged = { fixed: warped, warped: fixed, meanProduct: o.meanProduct, ...ofFixed };
      emitMoments(emitter, exchanged, inputTypes.warped, attributes);
      emitMoments(emitter, { fixed, warped, ...ofWarped }, inputTypes.warped, attributes);
      return;
    }
    const window = windowEmitter(
      emitter,
      asField(inputTypes.warped),
      attributes.radiusVoxels,
      windowWeightOf(i),
    );
    window.mean(fixed, undefined, meanFixed);
    window.mean(fixed, fixed, meanFixedSquared);
    window.mean(warped, undefined, o.meanWarped);
    window.mean(warped, warped, o.meanWarpedSquared);
    window.mean(fixed, warped, o.meanProduct);
  },
});

import { InternalError } from '../../internal-error';
import { sameType } from '../../ir/values';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { asLocalCorrelation } from '../lncc/lncc-from-images';
import {
  emitMoments,
  emitMomentsAdjoint,
  momentsAdjointKernels,
  momentsKernels,
} from './emit-moments';
import { requireWindowWeight, windowEmitter, windowKernels, windowWeightOf } from './emit-window';
import { isVolume } from './narrow-window';
import type { WindowAttributes } from './window-statistics';

export const windowMoments = defineOp<WindowAttributes>()({
  name: 'windowMoments',
  doc:
    'Means of W, W² and F·W over the cubic window around each voxel, clipped at the border, for a ' +
    'fixed image F and a warped image W. What depends on F alone is `windowStatistics`, and a weight is ' +
    'what it is there.',
  inputs: { fixed: 'field', warped: 'field', weight: 'field?', weightMean: 'field?' },
  outputs: ['meanWarped', 'meanWarpedSquared', 'meanProduct'],
  traits: { fusesWith: [asLocalCorrelation] },
  infer({ fixed, warped, weight, weightMean }) {
    const type = asField(warped, 1);
    if (!sameType(fixed, type)) throw new InternalError('Fixed and warped are on different grids.');
    requireWindowWeight(type, weight, weightMean);
    return { meanWarped: type, meanWarpedSquared: type, meanProduct: type };
  },
  adjoint(b, { inputs, attributes }, cotangents) {
    const { fixed: _, ...others } = inputs;
    const { meanProduct } = cotangents;
    if (Object.values(cotangents).every((cotangent) => cotangent === undefined)) return {};
    return {
      fixed:
        meanProduct === undefined
          ? undefined
          : b.op('windowMomentsAdjointFixed', { ...others, meanProduct }, attributes).fixed,
      warped: b.op('windowMomentsAdjoint', { ...inputs, ...cotangents }, attributes).warped,
    };
  },
  kernels: [...windowKernels, ...momentsKernels],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const { fixed, warped, weight } = i;
    if (weight === undefined && isVolume(inputTypes.warped)) {
      emitMoments(emitter, { fixed, warped, ...o }, inputTypes.warped, attributes);
      return;
    }
    const window = windowEmitter(
      emitter,
      asField(inputTypes.warped),
      attributes.radiusVoxels,
      windowWeightOf(i),
    );
    window.mean(i.warped, undefined, o.meanWarped);
    window.mean(i.warped, i.warped, o.meanWarpedSquared);
    window.mean(i.fixed, i.warped, o.meanProduct);
  },
});

export const windowMomentsAdjoint = defineOp<WindowAttributes>()({
  name: 'windowMomentsAdjoint',
  doc:
    'Cotangent of the warped image from those of its window means: ' +
    'box(m/n) + 2·W·box(s/n) + F·box(p/n), with m, s, p the cotangents of the means of W, W², F·W.',
  inputs: {
    fixed: 'field',
    warped: 'field',
    meanWarped: 'field?',
    meanWarpedSquared: 'field?',
    meanProduct: 'field?',
    weight: 'field?',
    weightMean: 'field?',
  },
  outputs: ['warped'],
  infer: ({ warped }) => ({ warped: asField(warped, 1) }),
  adjoint: 'not-differentiable',
  kernels: [...windowKernels, ...momentsAdjointKernels],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const { fixed, warped, meanWarped, meanWarpedSquared, meanProduct, weight } = i;
    const isWhole = meanWarped && meanWarpedSquared && meanProduct;
    if (isWhole && weight === undefined && isVolume(inputTypes.warped)) {
      const cotangents = {
        ofMean: meanWarped,
        ofSquare: meanWarpedSquared,
        ofProduct: meanProduct,
      };
      const bound = { fixed, warped, ...cotangents, total: o.warped };
      emitMomentsAdjoint(emitter, bound, inputTypes.warped, attributes);
      return;
    }
    const window = windowEmitter(
      emitter,
      asField(inputTypes.warped),
      attributes.radiusVoxels,
      windowWeightOf(i),
    );
    window.adjoint(
      [
        { cotangent: i.meanWarped, factor: 1 },
        { cotangent: i.meanWarpedSquared, multiplier: i.warped, factor: 2 },
        { cotangent: i.meanProduct, multiplier: i.fixed, factor: 1 },
      ],
      o.warped,
    );
  },
});

export const windowMomentsAdjointFixed = defineOp<WindowAttributes>()({
  name: 'windowMomentsAdjointFixed',
  doc: 'Cotangent of the fixed image from that of the window mean of F·W: W·box(p/n).',
  inputs: { warped: 'field', meanProduct: 'field', weight: 'field?', weightMean: 'field?' },
  outputs: ['fixed'],
  infer: ({ warped }) => ({ fixed: asField(warped, 1) }),
  adjoint: 'not-differentiable',
  kernels: windowKernels,
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const window = windowEmitter(
      emitter,
      asField(inputTypes.warped),
      attributes.radiusVoxels,
      windowWeightOf(i),
    );
    window.adjoint([{ cotangent: i.meanProduct, multiplier: i.warped, factor: 1 }], o.fixed);
  },
});

import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { requireWindowWeight, windowEmitter, windowKernels, windowWeightOf } from './emit-window';

/** Voxels on each side of the middle one, along every axis. */
export type WindowAttributes = { readonly radiusVoxels: number };

export const windowStatistics = defineOp<WindowAttributes>()({
  name: 'windowStatistics',
  doc:
    'Means of I and I² over the cubic window around each voxel, clipped at the border; n is the ' +
    'number of voxels in the clipped window. With a weight ω, which comes with its own window means, ' +
    'the means are Σω·I/Σω and Σω·I²/Σω, 0 where nothing counts; no gradient flows to it.',
  inputs: { image: 'field', weight: 'field?', weightMean: 'field?' },
  outputs: ['mean', 'meanSquared'],
  infer({ image, weight, weightMean }) {
    const type = asField(image, 1);
    requireWindowWeight(type, weight, weightMean);
    return { mean: type, meanSquared: type };
  },
  adjoint(b, { inputs, attributes }, { mean, meanSquared }) {
    if (mean === undefined && meanSquared === undefined) return {};
    return {
      image: b.op('windowStatisticsAdjoint', { ...inputs, mean, meanSquared }, attributes).image,
    };
  },
  kernels: windowKernels,
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const window = windowEmitter(
      emitter,
      asField(inputTypes.image),
      attributes.radiusVoxels,
      windowWeightOf(i),
    );
    window.mean(i.image, undefined, o.mean);
    window.mean(i.image, i.image, o.meanSquared);
  },
});

export const windowStatisticsAdjoint = defineOp<WindowAttributes>()({
  name: 'windowStatisticsAdjoint',
  doc:
    'Cotangent of the image from those of its window means: box(m/n) + 2·I·box(s/n), with box the ' +
    'clipped window sum and m, s the cotangents of the means of I and I². With a weight n is Σω over ' +
    'the window, and the whole is multiplied by ω.',
  inputs: {
    image: 'field',
    mean: 'field?',
    meanSquared: 'field?',
    weight: 'field?',
    weightMean: 'field?',
  },
  outputs: ['image'],
  infer: ({ image }) => ({ image: asField(image, 1) }),
  adjoint: 'not-differentiable',
  kernels: windowKernels,
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const window = windowEmitter(
      emitter,
      asField(inputTypes.image),
      attributes.radiusVoxels,
      windowWeightOf(i),
    );
    window.adjoint(
      [
        { cotangent: i.mean, factor: 1 },
        { cotangent: i.meanSquared, multiplier: i.image, factor: 2 },
      ],
      o.image,
    );
  },
});

import { InternalError } from '../../internal-error';
import { elementsPerBuffer, sameType, scalarsType, type ValueType } from '../../ir/values';
import { defineOp } from '../define-op';
import { asField, requireWeightOn } from '../grid-attributes';
import {
  histogramAdjointKernel,
  histogramPartialsKernel,
  sumTablesKernel,
} from './histogram.kernel';
import { type HistogramAttributes, histogramChunkLength, requireBins, windowCode } from './parzen';

/** @throws InternalError where the images are no images of one grid, or a range is no two numbers. */
function requireImages(
  images: readonly [ValueType, ValueType],
  ranges: readonly ValueType[],
  weight: ValueType | undefined,
): void {
  if (!sameType(asField(images[0], 1), asField(images[1], 1))) {
    throw new InternalError('Fixed and warped are on different grids.');
  }
  if (ranges.some((range) => range.kind !== 'scalars' || range.length !== 2)) {
    throw new InternalError('A range of intensities is two scalars.');
  }
  requireWeightOn(images[0], weight);
}

export const jointHistogram = defineOp<HistogramAttributes>()({
  name: 'jointHistogram',
  doc:
    'p(a,b) = mean over voxels of [ω ·] w_a(F)·w_b(W), ω from 0 to 1: joint probability of the bins a of the fixed ' +
    'image (rows) and b of the warped one. Ranges are lowest and highest intensity, which lie on ' +
    'the second and the last but one bin; beyond them the ends count. Differentiable in the images.',
  inputs: {
    fixed: 'field',
    warped: 'field',
    fixedRange: 'scalars',
    warpedRange: 'scalars',
    weight: 'field?',
  },
  outputs: ['histogram'],
  infer({ fixed, warped, fixedRange, warpedRange, weight }, { bins }) {
    requireImages([fixed, warped], [fixedRange, warpedRange], weight);
    requireBins(bins);
    return { histogram: scalarsType(bins * bins) };
  },
  adjoint(b, { inputs, attributes }, { histogram: cotangent }) {
    if (cotangent === undefined) return {};
    const { fixed, warped, fixedRange, warpedRange, weight } = inputs;
    const adjoint = 'jointHistogramAdjoint';
    return {
      fixed: b.op(
        adjoint,
        {
          other: warped,
          image: fixed,
          otherRange: warpedRange,
          imageRange: fixedRange,
          weight,
          cotangent,
        },
        { ...attributes, side: 'fixed' },
      ).image,
      warped: b.op(
        adjoint,
        {
          other: fixed,
          image: warped,
          otherRange: fixedRange,
          imageRange: warpedRange,
          weight,
          cotangent,
        },
        { ...attributes, side: 'warped' },
      ).image,
    };
  },
  kernels: [histogramPartialsKernel, sumTablesKernel],
  emit(emitter, { inputs, outputs, inputTypes, attributes: { bins, window } }) {
    const count = elementsPerBuffer(inputTypes.fixed);
    const cells = bins * bins;
    const chunkLength = histogramChunkLength(count, bins);
    const chunks = Math.ceil(count / chunkLength);
    const partials = emitter.scratch(chunks * cells);
    emitter.call(
      histogramPartialsKernel,
      { ...inputs, partials },
      {
        count,
        bins,
        window: windowCode[window],
        chunkLength,
        weighted: inputs.weight === undefined ? 0 : 1,
      },
    );
    emitter.call(
      sumTablesKernel,
      { partials, histogram: outputs.histogram },
      { cells, chunks, voxels: count },
    );
  },
});

export const jointHistogramAdjoint = defineOp<
  HistogramAttributes & {
    /** Which image of `jointHistogram` is `image`. */
    readonly side: 'fixed' | 'warped';
  }
>()({
  name: 'jointHistogramAdjoint',
  doc:
    'Cotangent of one image of `jointHistogram` from that of the histogram: a look-up of sixteen ' +
    'bins a voxel. Zero at and beyond the ends of the range.',
  inputs: {
    other: 'field',
    image: 'field',
    otherRange: 'scalars',
    imageRange: 'scalars',
    weight: 'field?',
    cotangent: 'scalars',
  },
  outputs: ['image'],
  infer({ other, image, otherRange, imageRange, weight }, { bins }) {
    requireImages([other, image], [otherRange, imageRange], weight);
    requireBins(bins);
    return { image };
  },
  adjoint: 'not-differentiable',
  kernels: [histogramAdjointKernel],
  emit(emitter, { inputs, outputs, inputTypes, attributes: { bins, window, side } }) {
    emitter.call(
      histogramAdjointKernel,
      { ...inputs, imageCotangent: outputs.image },
      {
        count: elementsPerBuffer(inputTypes.image),
        bins,
        window: windowCode[window],
        otherStride: side === 'warped' ? bins : 1,
        imageStride: side === 'warped' ? 1 : bins,
        weighted: inputs.weight === undefined ? 0 : 1,
      },
    );
  },
});

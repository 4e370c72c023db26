import { InternalError } from '../../internal-error';
import type { KernelParameters } from '../../ir/kernel-graph';
import { type FieldType, fieldType, liesTogether, pointsType, type ValueId } from '../../ir/values';
import { defineOp, type OpAppender } from '../define-op';
import { asField, asPoints, type GridAttributes, gridAttributes, gridOf } from '../grid-attributes';
import { perMm } from '../sample/per-mm';
import { sampleDerivativeKernel } from '../sample/sample.kernel';
import {
  channelParameterValues,
  emitSample,
  sampleKernels,
  sampleSlopeKernel,
} from '../sample/sample-channels.kernel';
import { type Interpolation, type Outside, samplingParameterValues } from '../sample/sampling';
import { emitSplat, splatKernels } from '../sample/splat';

type PointSampling = { readonly interpolation: Interpolation; readonly outside: Outside };

/** What takes every voxel to the origin of the world. */
const toOrigin: readonly number[] = new Array(12).fill(0);

/**
 * Points as the kernels of `sample` see them: a row of voxels that all lie at the origin of the world,
 * displaced by where the points are.
 */
function rowOfPoints(count: number, source: FieldType, outside: Outside): KernelParameters {
  return samplingParameterValues(
    { size: [count, 1, 1], worldFromVoxel: toOrigin, outside },
    source,
    { displacement: true },
  );
}

export const samplePoints = defineOp<PointSampling>()({
  name: 'samplePoints',
  doc:
    'value[i] = source(p[i]) for points p in mm of the world (RAS+) that `source` lies in, linear or nearest ' +
    'interpolation: as many channels as the source has.',
  inputs: { source: 'field', points: 'points' },
  outputs: ['value'],
  infer: ({ source, points }) => ({
    value: pointsType(asPoints(points, 3).count, asField(source).channels),
  }),
  adjoint(b, { inputs: { source, points }, attributes }, { value: cotangent }) {
    if (cotangent === undefined) return {};
    if (attributes.interpolation !== 'linear') {
      throw new InternalError('Nearest-neighbour sampling has no gradient.');
    }
    const { grid, channels } = asField(b.typeOf(source));
    const { outside } = attributes;
    const forSource = b.op(
      'splatPoints',
      { cotangent, points },
      { ...gridAttributes(grid), outside },
    ).value;
    if (liesTogether(b.typeOf(source))) {
      const { slope } = b.op('samplePointsSlope', { source, cotangent, points }, { outside });
      const expressions = perMm(grid.worldFromVoxel);
      return { source: forSource, points: b.op('pointwise', { a: slope }, { expressions }).value };
    }
    const forPoints = Array.from({ length: channels }, (_, channel) => {
      const one = channelOf(b, source, channel);
      const { derivative } = b.op('samplePointsDerivative', { source: one, points }, { outside });
      const expressions = perMm(grid.worldFromVoxel, { factor: `b.${channel}` });
      return b.op('pointwise', { a: derivative, b: cotangent }, { expressions }).value as ValueId;
    }).reduce((sum, one) => b.op('add', { a: sum, b: one }).value as ValueId);
    return { source: forSource, points: forPoints };
  },
  kernels: sampleKernels,
  emit(emitter, { inputs: i, outputs: o, inputTypes, outputTypes, attributes }) {
    const { interpolation, outside } = attributes;
    const { count } = asPoints(inputTypes.points);
    emitSample(
      emitter,
      interpolation,
      { source: i.source, displacement: i.points, value: o.value },
      { source: inputTypes.source, value: outputTypes.value },
      rowOfPoints(count, asField(inputTypes.source), outside),
    );
  },
});

export const samplePointsSlope = defineOp<{ readonly outside: Outside }>()({
  name: 'samplePointsSlope',
  doc:
    'Σ over channels of cotangent · derivative of linear `samplePoints` along the axes of the source, per source voxel. ' +
    'More than three channels.',
  inputs: { source: 'field', cotangent: 'points', points: 'points' },
  outputs: ['slope'],
  infer({ source, cotangent, points }) {
    const { count } = asPoints(points, 3);
    if (asPoints(cotangent, asField(source).channels).count !== count || !liesTogether(source)) {
      throw new InternalError('The cotangent is not that of many channels at these points.');
    }
    return { slope: pointsType(count, 3) };
  },
  adjoint: 'not-differentiable',
  kernels: [sampleSlopeKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const { count } = asPoints(inputTypes.points);
    emitter.call(
      sampleSlopeKernel,
      {
        source: emitter.together(i.source),
        cotangent: emitter.together(i.cotangent),
        displacement: i.points,
        affine: undefined,
        slopes: emitter.scratch(3 * count),
        slope: o.slope,
      },
      {
        ...rowOfPoints(count, asField(inputTypes.source), attributes.outside),
        ...channelParameterValues(inputTypes.source, inputTypes.cotangent),
      },
    );
  },
});

/** One channel of a field, as a field. */
function channelOf(b: OpAppender, field: ValueId, channel: number): ValueId {
  if (asField(b.typeOf(field)).channels === 1) return field;
  return b.op('pointwise', { a: field }, { expressions: [`a.${channel}`] }).value as ValueId;
}

export const samplePointsDerivative = defineOp<{ readonly outside: Outside }>()({
  name: 'samplePointsDerivative',
  doc: 'Derivative of linear `samplePoints` along the axes of the source, per source voxel.',
  inputs: { source: 'field', points: 'points' },
  outputs: ['derivative'],
  infer({ source, points }) {
    asField(source, 1);
    return { derivative: pointsType(asPoints(points, 3).count, 3) };
  },
  adjoint: 'not-differentiable',
  kernels: [sampleDerivativeKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    emitter.call(
      sampleDerivativeKernel,
      {
        source: i.source,
        displacement: i.points,
        affine: undefined,
        derivative: o.derivative,
      },
      rowOfPoints(
        asPoints(inputTypes.points).count,
        asField(inputTypes.source),
        attributes.outside,
      ),
    );
  },
});

export const splatPoints = defineOp<GridAttributes & { readonly outside: Outside }>()({
  name: 'splatPoints',
  doc:
    'Transpose of linear `samplePoints` with respect to its source: adds what each point has to the eight voxels, on ' +
    'the grid of the attributes, that lie around it.',
  inputs: { cotangent: 'points', points: 'points' },
  outputs: ['value'],
  infer({ cotangent, points }, attributes) {
    const { count, channels } = asPoints(cotangent);
    if (asPoints(points, 3).count !== count) {
      throw new InternalError('There is not one place for each point.');
    }
    return { value: fieldType(gridOf(attributes), channels) };
  },
  adjoint: 'not-differentiable',
  kernels: splatKernels,
  emit(emitter, { inputs: i, outputs: o, inputTypes, outputTypes, attributes }) {
    const source = asField(outputTypes.value);
    emitSplat(
      emitter,
      { cotangent: i.cotangent, displacement: i.points, value: o.value },
      rowOfPoints(asPoints(inputTypes.points).count, source, attributes.outside),
    );
  },
});

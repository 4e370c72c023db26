import { InternalError } from '../../internal-error';
import { fieldType, liesTogether, type ValueId } from '../../ir/values';
import { defineOp, type OpAppender } from '../define-op';
import { asField, gridAttributes, gridOf, requireDisplacementOn } from '../grid-attributes';
import { sampleDerivativeKernel, sampleWithDerivativeKernel } from './sample.kernel';
import { emitSample, sampleKernels } from './sample-channels.kernel';
import { withInsideWeight } from './sample-inside';
import { chainChannels } from './sample-slope';
import { type SampleAttributes, samplingParameterValues } from './sampling';

const inputs = { source: 'field', displacement: 'field?', affine: 'scalars?' } as const;

export const sample = defineOp<SampleAttributes>()({
  name: 'sample',
  doc:
    'value(x) = source(A·(x + u(x))) for every voxel x of the target grid: u in mm on the target ' +
    'grid, A the affine from fixed to moving world in mm, linear or nearest interpolation.',
  inputs,
  outputs: ['value'],
  // The same eight corners give the value and its derivative, which is read much later: by what chains.
  traits: {
    fusesWith: [
      {
        partner: 'sampleDerivative',
        into: 'sampleWithDerivative',
        name: 'sample-with-derivative',
        belowElements: 2 ** 22,
      },
      { ...withInsideWeight, into: 'sampleInside', name: 'sample-inside' },
    ],
  },
  infer({ source, displacement }, attributes) {
    const grid = gridOf(attributes);
    requireDisplacementOn(grid, displacement);
    return { value: fieldType(grid, asField(source).channels) };
  },
  adjoint(b, { inputs: { source, displacement, affine }, attributes }, { value: cotangent }) {
    if (cotangent === undefined) return {};
    if (attributes.interpolation !== 'linear') {
      throw new InternalError('Nearest-neighbour sampling has no gradient.');
    }
    const sourceType = asField(b.typeOf(source));
    const forSource = b.op(
      'splat',
      { cotangent, displacement, affine },
      { ...gridAttributes(sourceType.grid), outside: attributes.outside },
    ).value;
    if (displacement === undefined && affine === undefined) return { source: forSource };
    if (liesTogether(sourceType)) {
      const moved = { source, cotangent, displacement, affine };
      return { source: forSource, ...chainChannels(b, moved, attributes) };
    }
    const chain = { sourceWorldFromVoxel: [...sourceType.grid.worldFromVoxel] };
    // Where the points go moves all channels: what each of them asks for is added up.
    const channels = Array.from({ length: sourceType.channels }, (_, channel) => {
      const ofChannel = channelOf(b, source, channel);
      const moved = { displacement, affine };
      const { derivative } = b.op('sampleDerivative', { source: ofChannel, ...moved }, attributes);
      return { cotangent: channelOf(b, cotangent, channel), derivative };
    });
    const overChannels = (op: string, more: Readonly<Record<string, ValueId | undefined>>) =>
      channels
        .map((channel) => b.op(op, { ...channel, ...more }, chain).value as ValueId)
        .reduce((sum, one) => b.op('add', { a: sum, b: one }).value as ValueId);
    return {
      source: forSource,
      displacement:
        displacement === undefined ? undefined : overChannels('chainToDisplacement', { affine }),
      affine: affine === undefined ? undefined : overChannels('chainToAffine', { displacement }),
    };
  },
  kernels: sampleKernels,
  emit(emitter, { inputs: i, outputs: o, inputTypes, outputTypes, attributes }) {
    const parameters = samplingParameterValues(attributes, asField(inputTypes.source), i);
    const types = { source: inputTypes.source, value: outputTypes.value };
    emitSample(emitter, attributes.interpolation, { ...i, value: o.value }, types, parameters);
  },
});

/** One channel of a field, as a field. */
function channelOf(b: OpAppender, field: ValueId, channel: number): ValueId {
  if (asField(b.typeOf(field)).channels === 1) return field;
  return b.op('pointwise', { a: field }, { expressions: [`a.${channel}`] }).value as ValueId;
}

export const sampleWeight = defineOp<SampleAttributes>()({
  ...sample,
  name: 'sampleWeight',
  doc:
    '`sample` of how much each voxel counts, as a mask says. A weight is a constant of the iteration: no ' +
    'gradient flows through it.',
  traits: {},
  adjoint: 'constant',
});

export const sampleDerivative = defineOp<SampleAttributes>()({
  name: 'sampleDerivative',
  doc: 'Derivative of `sample` along the axes of the source, per source voxel, at the same points.',
  inputs,
  outputs: ['derivative'],
  infer: ({ source }, attributes) => {
    asField(source, 1);
    return { derivative: fieldType(gridOf(attributes), 3) };
  },
  adjoint: 'not-differentiable',
  kernels: [sampleDerivativeKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    emitter.call(
      sampleDerivativeKernel,
      {
        source: i.source,
        displacement: i.displacement,
        affine: i.affine,
        derivative: o.derivative,
      },
      samplingParameterValues(attributes, asField(inputTypes.source), i),
    );
  },
});

export const sampleWithDerivative = defineOp<SampleAttributes>()({
  name: 'sampleWithDerivative',
  doc: '`sample` and `sampleDerivative` at the same points, in one walk. Made by fusion only.',
  inputs,
  outputs: ['value', 'derivative'],
  traits: {
    fusesWith: [
      {
        ...withInsideWeight,
        into: 'sampleInsideWithDerivative',
        name: 'sample-inside-with-derivative',
      },
    ],
  },
  infer: ({ source }, attributes) => {
    asField(source, 1);
    return {
      value: fieldType(gridOf(attributes), 1),
      derivative: fieldType(gridOf(attributes), 3),
    };
  },
  adjoint: 'not-differentiable',
  kernels: [sampleWithDerivativeKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    emitter.call(
      sampleWithDerivativeKernel,
      {
        source: i.source,
        displacement: i.displacement,
        affine: i.affine,
        value: o.value,
        derivative: o.derivative,
      },
      samplingParameterValues(attributes, asField(inputTypes.source), i),
    );
  },
});

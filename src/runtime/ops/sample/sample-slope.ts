import { InternalError } from '../../internal-error';
import {
  elementsPerBuffer,
  liesTogether,
  sameType,
  type ValueId,
  withChannels,
} from '../../ir/values';
import { defineOp, type OpAppender } from '../define-op';
import { asField, gridAttributes, gridOf, requireDisplacementOn } from '../grid-attributes';
import { perMm } from './per-mm';
import { channelParameterValues, sampleSlopeKernel } from './sample-channels.kernel';
import { type SampleAttributes, samplingParameterValues } from './sampling';

export const sampleSlope = defineOp<SampleAttributes>()({
  name: 'sampleSlope',
  doc:
    'slope(x) = Σ over channels of cotangent · derivative of linear `sample` along the axes of the source, per source ' +
    'voxel: what all channels of an image say of where its points should go. More than three channels.',
  inputs: { source: 'field', cotangent: 'field', displacement: 'field?', affine: 'scalars?' },
  outputs: ['slope'],
  infer({ source, cotangent, displacement }, attributes) {
    const grid = gridOf(attributes);
    requireDisplacementOn(grid, displacement);
    const { channels } = asField(source);
    if (!liesTogether(source)) throw new InternalError('Few channels are chained one by one.');
    if (!sameType(cotangent, { ...asField(cotangent, channels), grid })) {
      throw new InternalError('The cotangent is not that of the sample.');
    }
    return { slope: withChannels(cotangent as ReturnType<typeof asField>, 3) };
  },
  adjoint: 'not-differentiable',
  kernels: [sampleSlopeKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const source = asField(inputTypes.source);
    emitter.call(
      sampleSlopeKernel,
      {
        source: emitter.together(i.source),
        cotangent: emitter.together(i.cotangent),
        displacement: i.displacement,
        affine: i.affine,
        slopes: emitter.scratch(3 * elementsPerBuffer(inputTypes.cotangent)),
        slope: o.slope,
      },
      {
        ...samplingParameterValues(attributes, source, i),
        ...channelParameterValues(source, inputTypes.cotangent),
      },
    );
  },
});

/** The inputs of a sample whose channels lie together, and its cotangent. */
interface ManyChannels {
  readonly source: ValueId;
  readonly cotangent: ValueId;
  readonly displacement: ValueId | undefined;
  readonly affine: ValueId | undefined;
}

/** Appends the cotangents of what moves the points of a `sample` of many channels, from one walk over them. */
export function chainChannels(
  b: OpAppender,
  { source, cotangent, displacement, affine }: ManyChannels,
  attributes: SampleAttributes,
): { readonly displacement: ValueId | undefined; readonly affine: ValueId | undefined } {
  const { worldFromVoxel } = asField(b.typeOf(source)).grid;
  const { slope } = b.op('sampleSlope', { source, cotangent, displacement, affine }, attributes);
  return chainSlope(b, slope, { displacement, affine }, worldFromVoxel);
}

/**
 * Appends the cotangents of what moves the points of a source, from what is said of where each of them should go.
 * @param slope along the axes of the source, per voxel of it
 * @param worldFromVoxel of the source
 */
export function chainSlope(
  b: OpAppender,
  slope: ValueId | undefined,
  { displacement, affine }: Pick<ManyChannels, 'displacement' | 'affine'>,
  worldFromVoxel: readonly number[],
): { readonly displacement: ValueId | undefined; readonly affine: ValueId | undefined } {
  if (slope === undefined) return { displacement: undefined, affine: undefined };
  const expressions = perMm(worldFromVoxel, { affine: affine === undefined ? undefined : 'b' });
  return {
    displacement:
      displacement === undefined
        ? undefined
        : b.op('pointwise', { a: slope, b: affine }, { expressions }).value,
    affine:
      affine === undefined
        ? undefined
        : b.op(
            'chainToAffine',
            { cotangent: onesOn(b, slope), derivative: slope, displacement },
            { sourceWorldFromVoxel: [...worldFromVoxel] },
          ).value,
  };
}

/** One everywhere on the grid of a field. */
function onesOn(b: OpAppender, field: ValueId): ValueId {
  const { grid } = asField(b.typeOf(field));
  const { value } = b.op('zeros', {}, { channels: 1, ...gridAttributes(grid) });
  return b.op('pointwise', { a: value }, { expressions: [['+', 'a', 1]] }).value as ValueId;
}

import { fieldType, type ValueType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp, type Fusion } from '../define-op';
import { asField, gridAttributes, gridOf } from '../grid-attributes';
import { sampleLinearly } from './sample.simd';
import derivativeSource from './sample-derivative.wgsl?raw';
import insideSource from './sample-inside.wgsl?raw';
import {
  type Outside,
  outsideCode,
  type SampleAttributes,
  samplingParameters,
  samplingParameterValues,
} from './sampling';

/** What an image is beyond its edge, and how a point that lies there counts. */
export type SampleInsideAttributes = SampleAttributes & { readonly weightOutside: Outside };

type Size = { readonly nx: number; readonly ny: number; readonly nz: number };
const voxels = (p: Size): number => p.nx * p.ny * p.nz;

const parameters = { ...samplingParameters, weightOutside: 'i32' } as const;
const bindings = {
  source: 'read',
  displacement: 'read3?',
  affine: 'read?',
  value: 'write',
  weight: 'write',
} as const;

const sampleInsideKernel = defineKernel({
  name: 'sample-inside',
  bindings,
  parameters,
  cpu: sampleLinearly,
  gpu: { source: insideSource, threads: voxels },
  cost: (p) => ({ bytes: 24 * voxels(p), operations: 50 * voxels(p) }),
});

/** On the GPU all planes together would bind ten buffers, two more than the default limit. */
const sampleInsideWithDerivativeKernel = defineKernel({
  name: 'sample-inside-with-derivative',
  bindings: { ...bindings, derivative: 'write3' },
  parameters,
  cpu: sampleLinearly,
  gpu: [
    { source: insideSource, threads: voxels, binds: Object.keys(bindings) },
    {
      source: derivativeSource,
      threads: voxels,
      binds: ['source', 'displacement', 'affine', 'derivative'],
    },
  ],
  cost: (p) => ({ bytes: 36 * voxels(p), operations: 70 * voxels(p) }),
  bytesOnGpu: (p) => 52 * voxels(p),
});

const inputs = { source: 'field', displacement: 'field?', affine: 'scalars?' } as const;

/** How `insideWeight` joins an op that samples the image which it is about, at the same points. */
export const withInsideWeight = {
  partner: 'insideWeight',
  join(own, { inputs: { displacement, affine }, attributes: partner }, typeOf) {
    const { source, ...points } = own.inputs;
    const { outside: weightOutside, sourceSize, sourceWorldFromVoxel, ...target } = partner;
    const type = source === undefined ? undefined : typeOf(source);
    if (type?.kind !== 'field' || type.channels !== 1) return undefined;
    const { size, worldFromVoxel, interpolation } = own.attributes;
    const isSame =
      interpolation === 'linear' &&
      points.displacement === displacement &&
      points.affine === affine &&
      isEqual({ size, worldFromVoxel }, target) &&
      isEqual(gridAttributes(type.grid), {
        size: sourceSize,
        worldFromVoxel: sourceWorldFromVoxel,
      });
    return isSame && weightOutside !== undefined
      ? { inputs: own.inputs, attributes: { ...own.attributes, weightOutside } }
      : undefined;
  },
} as const satisfies Partial<Fusion>;

/** Of attributes in the same order. */
function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export const sampleInside = defineOp<SampleInsideAttributes>()({
  name: 'sampleInside',
  doc:
    '`sample` of an image and `insideWeight` at the same points, in one walk; `weightOutside` is the ' +
    "latter's `outside`. Made by fusion only.",
  inputs,
  outputs: ['value', 'weight'],
  infer: ({ source }, attributes) => {
    asField(source, 1);
    const type = fieldType(gridOf(attributes), 1);
    return { value: type, weight: type };
  },
  adjoint: 'not-differentiable',
  kernels: [sampleInsideKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const numbers = parameterValues(attributes, inputTypes.source, i);
    emitter.call(sampleInsideKernel, { ...i, ...o }, numbers);
  },
});

export const sampleInsideWithDerivative = defineOp<SampleInsideAttributes>()({
  name: 'sampleInsideWithDerivative',
  doc: '`sampleInside` and `sampleDerivative` at the same points, in one walk. Made by fusion only.',
  inputs,
  outputs: ['value', 'derivative', 'weight'],
  infer: ({ source }, attributes) => {
    asField(source, 1);
    const grid = gridOf(attributes);
    const type = fieldType(grid, 1);
    return { value: type, derivative: fieldType(grid, 3), weight: type };
  },
  adjoint: 'not-differentiable',
  kernels: [sampleInsideWithDerivativeKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const numbers = parameterValues(attributes, inputTypes.source, i);
    emitter.call(sampleInsideWithDerivativeKernel, { ...i, ...o }, numbers);
  },
});

function parameterValues(
  attributes: SampleInsideAttributes,
  source: ValueType,
  has: { readonly displacement?: unknown; readonly affine?: unknown },
) {
  const { weightOutside } = attributes;
  return {
    ...samplingParameterValues(attributes, asField(source), has),
    weightOutside: outsideCode[weightOutside],
  };
}

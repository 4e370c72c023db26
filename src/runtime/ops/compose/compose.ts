import { voxelFromWorld } from '../../../imaging/grid';
import type { KernelParameters } from '../../ir/kernel-graph';
import type { ValueType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField, gridAttributes } from '../grid-attributes';
import { warpAdjointOf } from './compose.cpu';
import { composed } from './compose.simd';
import composeSource from './compose.wgsl?raw';
import warpAdjointSource from './warp-adjoint.wgsl?raw';

const parameters = {
  nx: 'i32',
  ny: 'i32',
  nz: 'i32',
  sourceNx: 'i32',
  sourceNy: 'i32',
  sourceNz: 'i32',
  worldFromTarget: 'matrix3x4',
  sourceFromWorld: 'matrix3x4',
} as const;

type Size = { readonly nx: number; readonly ny: number; readonly nz: number };
const voxels = (p: Size): number => p.nx * p.ny * p.nz;

const composeKernel = defineKernel({
  name: 'compose',
  bindings: { outer: 'read3', inner: 'read3', factor: 'read?', value: 'write3' },
  parameters: { ...parameters, scaled: 'u32' },
  cpu: composed,
  gpu: { source: composeSource, threads: voxels, perComponent: ['outer', 'value'] },
  cost: (p) => ({ bytes: 36 * voxels(p), operations: 80 * voxels(p) }),
});

const warpAdjointKernel = defineKernel({
  name: 'warp-adjoint',
  bindings: { outer: 'read3', inner: 'read3', cotangent: 'read3', value: 'update3' },
  parameters,
  cpu: (b, p, share) => warpAdjointOf(b.outer, b.inner, b.cotangent, b.value, p, share),
  // The first component writes, the others add: twelve planes would not bind at once.
  gpu: { source: warpAdjointSource, threads: voxels, perComponent: ['outer', 'cotangent'] },
  cost: (p) => ({ bytes: 48 * voxels(p), operations: 150 * voxels(p) }),
});

export const compose = defineOp()({
  name: 'compose',
  doc:
    'Displacement (mm) of the map that moves by `inner` first and by `outer` then: ' +
    'inner(x) + outer(x + inner(x)), on the grid of `inner`; `outer` goes on beyond its edge.',
  inputs: { outer: 'field', inner: 'field' },
  outputs: ['value'],
  traits: {
    takesScaled: {
      input: 'inner',
      into: 'composeScaled',
      factor: 'factor',
      name: 'scaled-composition',
    },
  },
  infer: ({ outer, inner }) => {
    asField(outer, 3);
    return { value: asField(inner, 3) };
  },
  adjoint(b, { inputs: { outer, inner } }, { value: cotangent }) {
    if (cotangent === undefined) return {};
    const grid = asField(b.typeOf(outer)).grid;
    const throughPoints = b.op('warpAdjoint', { outer, inner, cotangent }).value;
    return {
      inner: b.op('add', { a: cotangent, b: throughPoints }).value,
      outer: b.op(
        'splat',
        { cotangent, displacement: inner },
        { ...gridAttributes(grid), outside: 'edge' },
      ).value,
    };
  },
  kernels: [composeKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    emitter.call(
      composeKernel,
      { outer: i.outer, inner: i.inner, value: o.value },
      { ...parameterValues(inputTypes.outer, inputTypes.inner), scaled: 0 },
    );
  },
});

export const composeScaled = defineOp()({
  name: 'composeScaled',
  doc: '`compose` with factor · inner in the place of `inner`. Made by fusion only.',
  inputs: { outer: 'field', inner: 'field', factor: 'scalars' },
  outputs: ['value'],
  infer: ({ outer, inner }) => {
    asField(outer, 3);
    return { value: asField(inner, 3) };
  },
  adjoint: 'not-differentiable',
  kernels: [composeKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    emitter.call(
      composeKernel,
      { ...i, value: o.value },
      { ...parameterValues(inputTypes.outer, inputTypes.inner), scaled: 1 },
    );
  },
});

export const warpAdjoint = defineOp()({
  name: 'warpAdjoint',
  doc:
    'Part of the gradient of `compose` with respect to `inner` (mm) that goes through the points ' +
    'where `outer` is read: Sᵀ Σ_c cotangent_c ∇outer_c, S outer voxels from world.',
  inputs: { outer: 'field', inner: 'field', cotangent: 'field' },
  outputs: ['value'],
  infer: ({ inner }) => ({ value: asField(inner, 3) }),
  adjoint: 'not-differentiable',
  kernels: [warpAdjointKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes }) {
    emitter.call(
      warpAdjointKernel,
      { outer: i.outer, inner: i.inner, cotangent: i.cotangent, value: o.value },
      parameterValues(inputTypes.outer, inputTypes.inner),
    );
  },
});

function parameterValues(outer: ValueType, inner: ValueType): KernelParameters {
  const source = asField(outer).grid;
  const target = asField(inner).grid;
  const [nx, ny, nz] = target.sizeVoxels;
  const [sourceNx, sourceNy, sourceNz] = source.sizeVoxels;
  return {
    nx,
    ny,
    nz,
    sourceNx,
    sourceNy,
    sourceNz,
    worldFromTarget: [...target.worldFromVoxel],
    sourceFromWorld: [...voxelFromWorld(source)],
  };
}

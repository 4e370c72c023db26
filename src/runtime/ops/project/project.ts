import { voxelFromWorld } from '../../../imaging/grid';
import { InternalError } from '../../internal-error';
import type { KernelParameters } from '../../ir/kernel-graph';
import { fieldType, scalarsType, type ValueType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField, type GridAttributes, gridOf } from '../grid-attributes';
import { reductionChunks, reductionThreads, reductionWorkgroup } from '../reduction';
import { affineFinishKernel } from '../sample/chain';
import { projected, projectionPartials, projectionSlopes } from './project.cpu';
import projectSource from './project.wgsl?raw';
import partialsSource from './project-partials.wgsl?raw';
import slopesSource from './project-slopes.wgsl?raw';

/** The grid is the detector's: a ray ends in the middle of each of its voxels. */
export type ProjectionAttributes = GridAttributes & {
  /** Where all rays begin, mm in the world of the detector. */
  readonly focusMm: readonly number[];
  /** From one sample of a ray to the next. */
  readonly stepMm: number;
};

const detectorParameters = {
  nx: 'i32',
  ny: 'i32',
  nz: 'i32',
  worldFromTarget: 'matrix3x4',
  focusX: 'f32',
  focusY: 'f32',
  focusZ: 'f32',
} as const;

const rayParameters = {
  ...detectorParameters,
  sourceNx: 'i32',
  sourceNy: 'i32',
  sourceNz: 'i32',
  sourceFromWorld: 'matrix3x4',
  transformed: 'i32',
  stepMm: 'f32',
} as const;

type Sizes = {
  readonly [Name in 'nx' | 'ny' | 'nz' | 'sourceNx' | 'sourceNy' | 'sourceNz']: number;
};
const pixels = (p: Pick<Sizes, 'nx' | 'ny' | 'nz'>): number => p.nx * p.ny * p.nz;
const voxels = (p: Sizes): number => p.sourceNx * p.sourceNy * p.sourceNz;
/** A ray straight through passes about so many cells of the volume. */
const cellsOfRay = (p: Sizes): number => (p.sourceNx + p.sourceNy + p.sourceNz) / 2;

const projectKernel = defineKernel({
  name: 'project',
  bindings: { volume: 'read', affine: 'read?', value: 'write' },
  parameters: rayParameters,
  cpu: (b, p, share) => projected(b.volume, b.affine, b.value, p, share),
  gpu: { source: projectSource, threads: pixels },
  cost: (p) => ({
    bytes: 4 * (voxels(p) + pixels(p)),
    operations: 40 * pixels(p) * cellsOfRay(p),
  }),
});

const slopesKernel = defineKernel({
  name: 'project-slopes',
  bindings: { volume: 'read', affine: 'read?', slopes: 'write' },
  parameters: rayParameters,
  cpu: (b, p, share) => projectionSlopes(b.volume, b.affine, b.slopes, p, share),
  gpu: { source: slopesSource, threads: pixels },
  cost: (p) => ({
    bytes: 4 * (voxels(p) + 6 * pixels(p)),
    operations: 80 * pixels(p) * cellsOfRay(p),
  }),
});

const partialsKernel = defineKernel({
  name: 'project-partials',
  bindings: { cotangent: 'read', slopes: 'read', partials: 'write' },
  parameters: detectorParameters,
  cpu: (b, p, share) => projectionPartials(b.cotangent, b.slopes, b.partials, p, share),
  gpu: {
    source: partialsSource,
    threads: (p) => reductionThreads({ count: pixels(p) }),
    workgroupSize: reductionWorkgroup,
  },
  cost: (p) => ({ bytes: 28 * pixels(p), operations: 60 * pixels(p) }),
});

export const project = defineOp<ProjectionAttributes>()({
  name: 'project',
  doc:
    'value(d) = h Σₖ V(A·(s + τₖ·e)), e = (d − s)/|d − s|, τₖ = (k + ½)·h ≤ |d − s|: the sum of a volume along the ray from the ' +
    'focus s to each voxel d of the detector, times the step h in mm, so a line integral of what the volume has per mm. A ' +
    'is an affine (12 numbers) from the world of the detector to that of the volume, the pose; lengths are those of the ' +
    'detector’s world. V is read linearly and fades to 0 within a voxel beyond its outermost ones. Samples lie at distances from the ' +
    'focus that no pose changes, so that the gradient in A is that of the sum. None flows to the volume.',
  inputs: { volume: 'field', affine: 'scalars?' },
  outputs: ['value'],
  infer({ volume, affine }, attributes) {
    requireVolume(volume, affine, attributes);
    return { value: fieldType(gridOf(attributes), 1) };
  },
  adjoint(b, { inputs: { volume, affine }, attributes }, { value: cotangent }) {
    if (cotangent === undefined || affine === undefined) return {};
    return { affine: b.op('projectAdjoint', { volume, affine, cotangent }, attributes).affine };
  },
  kernels: [projectKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    emitter.call(
      projectKernel,
      { volume: i.volume, affine: i.affine, value: o.value },
      rayValues(attributes, inputTypes.volume, i.affine),
    );
  },
});

export const projectAdjoint = defineOp<ProjectionAttributes>()({
  name: 'projectAdjoint',
  doc:
    'Cotangent of the affine of `project` (12, row-major): h Σ over rays and samples of cotangent · Sᵀ∇V ⊗ (s + τ·e, 1), S source ' +
    'voxels from world.',
  inputs: { volume: 'field', affine: 'scalars', cotangent: 'field' },
  outputs: ['affine'],
  infer({ volume, affine, cotangent }, attributes) {
    requireVolume(volume, affine, attributes);
    asField(cotangent, 1);
    return { affine: scalarsType(12) };
  },
  adjoint: 'not-differentiable',
  kernels: [slopesKernel, partialsKernel, affineFinishKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const values = rayValues(attributes, inputTypes.volume, i.affine);
    const [nx, ny, nz] = gridOf(attributes).sizeVoxels;
    const chunks = reductionChunks(nx * ny * nz);
    const slopes = emitter.scratch(6 * nx * ny * nz);
    const partials = emitter.scratch(12 * chunks);
    emitter.call(slopesKernel, { volume: i.volume, affine: i.affine, slopes }, values);
    emitter.call(
      partialsKernel,
      { cotangent: i.cotangent, slopes, partials },
      detectorValues(attributes),
    );
    emitter.call(
      affineFinishKernel,
      { partials, value: o.affine },
      { sourceFromWorld: [...voxelFromWorld(asField(inputTypes.volume).grid)], chunks },
    );
  },
});

/** @throws InternalError where rays cannot be cast */
function requireVolume(
  volume: ValueType,
  affine: ValueType | undefined,
  { focusMm, stepMm }: ProjectionAttributes,
): void {
  if (asField(volume, 1).grid.sizeVoxels.includes(1)) {
    throw new InternalError('A slice has no thickness that a ray could pass.');
  }
  if (affine && (affine.kind !== 'scalars' || affine.length !== 12)) {
    throw new InternalError('An affine is twelve scalars.');
  }
  if (focusMm.length !== 3 || !(stepMm > 0)) {
    throw new InternalError('A ray begins at a point, and its step is above 0.');
  }
}

function detectorValues(attributes: ProjectionAttributes): KernelParameters {
  const [nx, ny, nz] = gridOf(attributes).sizeVoxels;
  const [focusX = 0, focusY = 0, focusZ = 0] = attributes.focusMm;
  return { nx, ny, nz, worldFromTarget: attributes.worldFromVoxel, focusX, focusY, focusZ };
}

function rayValues(
  attributes: ProjectionAttributes,
  volume: ValueType,
  affine: unknown,
): KernelParameters {
  const { grid } = asField(volume);
  const [sourceNx, sourceNy, sourceNz] = grid.sizeVoxels;
  return {
    ...detectorValues(attributes),
    sourceNx,
    sourceNy,
    sourceNz,
    sourceFromWorld: [...voxelFromWorld(grid)],
    transformed: affine === undefined ? 0 : 1,
    stepMm: attributes.stepMm,
  };
}

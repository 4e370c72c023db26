import { type Matrix3x4, multiplyMatrices } from '../../../imaging/frames';
import { InternalError } from '../../internal-error';
import { scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField, requireWeightOn } from '../grid-attributes';
import { reductionChunks, reductionThreads, reductionWorkgroup } from '../reduction';
import { type ChainAttributes, sourceFromWorld } from '../sample/chain-attributes';
import { curvatureFromMoments, curvatureSums, slopeMoments } from './affine-curvature.cpu';
import source from './affine-curvature.wgsl?raw';
import {
  type AffineParameterization,
  frameOf,
  frameParameters,
  parameterCount,
} from './affine-from-parameters';
import momentsSource from './slope-moments.wgsl?raw';

const momentsKernel = defineKernel({
  name: 'slope-moments',
  bindings: { derivative: 'read3', weight: 'read', partials: 'write' },
  parameters: { nx: 'i32', ny: 'i32', nz: 'i32', placeFromVoxel: 'matrix3x4' },
  cpu: (b, p, share) => slopeMoments(b.derivative, b.weight, b.partials, p, share),
  gpu: {
    source: momentsSource,
    threads: (p) => reductionThreads({ count: p.nx * p.ny * p.nz }),
    workgroupSize: reductionWorkgroup,
  },
  cost: (p) => ({ bytes: 16 * p.nx * p.ny * p.nz, operations: 40 * p.nx * p.ny * p.nz }),
});

const curvatureKernel = defineKernel({
  name: 'affine-curvature',
  bindings: {
    partials: 'read',
    parameters: 'read',
    factor: 'read',
    initial: 'read?',
    matrix: 'write',
  },
  parameters: {
    ...frameParameters,
    sourceFromWorld: 'matrix3x4',
    chunks: 'u32',
    points: 'u32',
    chained: 'u32',
  },
  sharedAmongThreads: false,
  cpu: (b, p) => curvatureFromMoments(b.partials, b.parameters, b.factor, b.initial, b.matrix, p),
  gpu: { source, threads: () => 64, workgroupSize: 64 },
  cost: (p) => ({ bytes: 4 * curvatureSums * p.chunks, operations: 60 * p.chunks + 20_000 }),
});

export const affineCurvature = defineOp<AffineParameterization & ChainAttributes>()({
  name: 'affineCurvature',
  doc:
    '2·factor · mean over voxels of weight · JJᵀ, row-major: what Gauss and Newton take for the second derivatives of factor · mean of ' +
    'weight · r². J = ∂W/∂p, how `sample` changes with the parameters of `affineFromParameters`, from its derivative (per source voxel) ' +
    'at the same points. `initial` is the affine that comes after the model.',
  inputs: {
    derivative: 'field',
    weight: 'field',
    parameters: 'scalars',
    factor: 'scalars',
    initial: 'scalars?',
  },
  outputs: ['matrix'],
  infer({ derivative, weight, parameters, factor }, { freedom }) {
    requireWeightOn(asField(derivative, 3), weight);
    const count = parameterCount[freedom];
    if (parameters.kind !== 'scalars' || parameters.length !== count) {
      throw new InternalError(`A map of freedom "${freedom}" takes ${count} parameters.`);
    }
    if (factor.kind !== 'scalars' || factor.length !== 1) {
      throw new InternalError('A factor is one number.');
    }
    return { matrix: scalarsType(count * count) };
  },
  adjoint: 'not-differentiable',
  kernels: [momentsKernel, curvatureKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const { grid } = asField(inputTypes.derivative, 3);
    const [nx, ny, nz] = grid.sizeVoxels;
    const points = nx * ny * nz;
    const chunks = reductionChunks(points);
    const partials = emitter.scratch(chunks * curvatureSums);
    const { centreMm, radiusMm } = attributes;
    const [x = 0, y = 0, z = 0] = centreMm.map((value) => -value / radiusMm);
    const s = 1 / radiusMm;
    // biome-ignore format: rows of a matrix
    const placeFromWorld: Matrix3x4 = [
      s, 0, 0, x,
      0, s, 0, y,
      0, 0, s, z,
    ];
    emitter.call(
      momentsKernel,
      { derivative: i.derivative, weight: i.weight, partials },
      { nx, ny, nz, placeFromVoxel: [...multiplyMatrices(placeFromWorld, grid.worldFromVoxel)] },
    );
    const { parameters, factor, initial } = i;
    emitter.call(
      curvatureKernel,
      { partials, parameters, factor, initial, matrix: o.matrix },
      {
        ...frameOf(attributes),
        sourceFromWorld: [...sourceFromWorld(attributes)],
        chunks,
        points,
        chained: initial === undefined ? 0 : 1,
      },
    );
  },
});

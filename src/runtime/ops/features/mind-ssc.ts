import { InternalError } from '../../internal-error';
import type { Expression } from '../../ir/formula';
import type { BufferId } from '../../ir/kernel-graph';
import { elementsPerBuffer, fieldType, planeStride } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { emitSum } from '../pointwise/pointwise';
import { sumPartialsKernel } from '../reduce/sum-partials.kernel';
import { windowEmitter, windowKernels } from '../window/emit-window';
import distancesSource from './distances-to-features.wgsl?raw';
import { distancesToFeatures, squaredBetween } from './mind-ssc.cpu';
import squaredSource from './squared-between.wgsl?raw';

const squaredBetweenKernel = defineKernel({
  name: 'squared-between',
  bindings: { image: 'read', squared: 'write' },
  parameters: {
    nx: 'i32',
    ny: 'i32',
    nz: 'i32',
    ax: 'i32',
    ay: 'i32',
    az: 'i32',
    bx: 'i32',
    by: 'i32',
    bz: 'i32',
  },
  cpu: (b, p, share) => squaredBetween(b.image, b.squared, p, share),
  gpu: { source: squaredSource, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({ bytes: 8 * p.nx * p.ny * p.nz, operations: 12 * p.nx * p.ny * p.nz }),
});

const distancesToFeaturesKernel = defineKernel({
  name: 'distances-to-features',
  bindings: { features: 'update', meanVariance: 'read', range: 'read' },
  parameters: { count: 'u32', stride: 'u32', channels: 'u32' },
  cpu: (b, p, share) => distancesToFeatures(b.features, b.meanVariance, b.range, p, share),
  gpu: { source: distancesSource, threads: (p) => p.count },
  cost: (p) => ({ bytes: 8 * p.channels * p.count, operations: 8 * p.channels * p.count }),
});

/** Pairs of neighbours of a voxel that lie on different axes: their channels, in this order. */
export const sscPairs: readonly (readonly [
  readonly [number, number, number],
  readonly [number, number, number],
])[] = [
  [0, 1],
  [0, 2],
  [1, 2],
].flatMap(([first = 0, second = 0]) =>
  [1, -1].flatMap((a) =>
    [1, -1].map((b) => {
      const along = (axis: number, step: number) =>
        [0, 1, 2].map((one) => (one === axis ? step : 0)) as [number, number, number];
      return [along(first, a), along(second, b)] as const;
    }),
  ),
);

export type MindAttributes = {
  /** Half the patch whose distances are measured, voxels. */
  readonly radiusVoxels: number;
  /** How far the neighbours lie from the voxel, voxels. */
  readonly dilationVoxels: number;
};

const letter = 'a';
const channels = sscPairs.map((_, channel): Expression => `${letter}.${channel}`);
const join = (operator: '+' | 'min'): Expression =>
  channels.slice(1).reduce<Expression>((all, one) => [operator, all, one], channels[0] as string);
/** Mean over the channels of what a distance is above the least of them. */
const varianceOfVoxel: Expression = ['-', ['*', 1 / channels.length, join('+')], join('min')];

export const mindSsc = defineOp<MindAttributes>()({
  name: 'mindSsc',
  doc:
    'Self-similarity context: 12 channels, one for each pair (a, b) of the six neighbours at a distance of `dilationVoxels` ' +
    'that lie on different axes. d = mean over a patch, clipped at the border, of (I(x+a) − I(x+b))², beyond an edge ' +
    'the edge’s value; feature = exp(−(d − min d)/v), v = mean over channels of d − min d, clamped to ' +
    '[0.001, 1000] times its mean over the image. `range` is the lowest and the highest intensity: where distances are no more ' +
    'than rounding leaves of it, features are 1. For what is computed once: no gradient.',
  inputs: { image: 'field', range: 'scalars' },
  outputs: ['features'],
  infer({ image, range }, { radiusVoxels, dilationVoxels }) {
    if (range.kind !== 'scalars' || range.length !== 2) {
      throw new InternalError('A range of intensities is two scalars.');
    }
    if (![radiusVoxels, dilationVoxels].every((n) => Number.isInteger(n) && n >= 1)) {
      throw new InternalError('Patches and their neighbours are whole voxels.');
    }
    return { features: fieldType(asField(image, 1).grid, sscPairs.length) };
  },
  adjoint: 'not-differentiable',
  kernels: [squaredBetweenKernel, ...windowKernels, sumPartialsKernel, distancesToFeaturesKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, outputTypes, attributes }) {
    const { dilationVoxels: d, radiusVoxels } = attributes;
    const type = asField(inputTypes.image);
    const [nx, ny, nz] = type.grid.sizeVoxels;
    const count = elementsPerBuffer(type);
    const squared = [emitter.scratch(count)];
    const window = windowEmitter(emitter, type, radiusVoxels);
    sscPairs.forEach(([a, b], channel) => {
      const [ax, ay, az] = a.map((step) => step * d);
      const [bx, by, bz] = b.map((step) => step * d);
      emitter.call(
        squaredBetweenKernel,
        { image: i.image, squared },
        { nx, ny, nz, ...({ ax, ay, az, bx, by, bz } as Record<string, number>) },
      );
      window.mean(squared, undefined, [o.features[channel] as BufferId]);
    });
    const meanVariance = [emitter.scratch(1)];
    emitSum(
      emitter,
      'mind-variance',
      [varianceOfVoxel],
      { [letter]: o.features },
      { [letter]: outputTypes.features },
      meanVariance,
      (voxels) => 1 / voxels,
    );
    emitter.call(
      distancesToFeaturesKernel,
      { features: emitter.together(o.features), meanVariance, range: i.range },
      { count, stride: planeStride(outputTypes.features), channels: sscPairs.length },
    );
  },
});

import { applyMatrix, type Matrix3x4, type Vec3 } from '../../../src/imaging/frames';
import type { Grid } from '../../../src/imaging/grid';
import { fieldType } from '../../../src/runtime/ir/values';
import { gridAttributes } from '../../../src/runtime/ops/grid-attributes';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  randomField,
  scalars,
  turnedGrid,
} from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const gpu = {
  absolute: 5e-5,
  relative: 1e-4,
  because: 'voxel positions of order 10 in float32 leave 1e-6 voxel, times slopes of order 10',
};
/** The GPU adds fixed-point integers; the CPU floats. */
const splatGpu = {
  absolute: 1e-4,
  relative: 1e-4,
  because: 'fixed-point sums of float32 cotangents',
};

const target = turnedGrid([6, 5, 4], [1.4, 1.1, 2.2], [3.2, -3.5, 5.5]);
const affine = scalars(1.02, 0.05, -0.03, 0.4, -0.04, 0.97, 0.06, -0.3, 0.02, -0.05, 1.03, 0.2);
const linear = { ...gridAttributes(target), interpolation: 'linear', outside: 'zero' } as const;
const displacement = randomField(target, 3, 17, 0.8);
const image = randomField(obliqueGrid, 1, 23);
const derivative = randomField(target, 3, 29);
const cotangent = randomField(target, 1, 31);
const chain = { sourceWorldFromVoxel: [...obliqueGrid.worldFromVoxel] };
const slice = {
  ...gridAttributes(oneSliceGrid),
  interpolation: 'linear',
  outside: 'zero',
} as const;

/** Slopes of the ramp along the world's axes, 1/mm. */
const slopes = [0.3, -0.2, 0.5] as const;

const heightAt = (p: Vec3): number => slopes[0] * p[0] + slopes[1] * p[1] + slopes[2] * p[2];

/** A ramp in the world; sampled through identity it is the ramp at the target's points. */
function ramp(grid: Grid) {
  return fieldOf(grid, (x, y, z) => heightAt(applyMatrix(grid.worldFromVoxel, [x, y, z])));
}

const inside = turnedGrid([3, 3, 2], [1.2, 0.8, 2.5], [4.6, -1.8, 8.4]);
/** Little enough that every point of `inside` stays within the ramp's grid. */
const nudge = { affine: scalars(1, 0.01, 0, 0.1, -0.01, 1, 0.01, 0, 0, 0, 0.99, 0.2) };
const nudged = {
  source: ramp(obliqueGrid),
  displacement: randomField(inside, 3, 67, 0.2),
  ...nudge,
};
const linearInside = {
  ...gridAttributes(inside),
  interpolation: 'linear',
  outside: 'zero',
} as const;

/** The ramp at A·(x + u), and its slopes along the source's axes: one number a voxel edge. */
const nudgedRamp = fieldOf(inside, (x, y, z) => {
  const at = x + 3 * (y + 3 * z);
  const [u = 0, v = 0, w = 0] = nudged.displacement.planes.map((plane) => plane[at]);
  const p = applyMatrix(inside.worldFromVoxel, [x, y, z]);
  const affineMatrix = Array.from(nudge.affine.planes[0] ?? []) as unknown as Matrix3x4;
  return heightAt(applyMatrix(affineMatrix, [p[0] + u, p[1] + v, p[2] + w]));
}).planes;
const slopesPerVoxel = [0, 1, 2].map((axis) => {
  const column = [0, 4, 8].map((row) => obliqueGrid.worldFromVoxel[row + axis] ?? 0);
  return new Float64Array(18).fill(column.reduce((sum, v, row) => sum + v * (slopes[row] ?? 0), 0));
});

/** Back in the world the slopes are what they were; through an affine, its columns times them. */
const chained = randomField(inside, 1, 71);
const slopesThroughAffine = [0, 1, 2].map((axis) => {
  const a = nudge.affine.planes[0] ?? [];
  const slope = [0, 4, 8].reduce((sum, row, i) => sum + (a[row + axis] ?? 0) * (slopes[i] ?? 0), 0);
  return chained.planes[0]!.map((c) => c * slope);
});
/** Σ c·slope ⊗ (x, 1), row by row. */
const slopesTimesPoints = slopes.flatMap((slope) =>
  [0, 1, 2, 3].map((column) =>
    chained.planes[0]!.reduce((sum, c, i) => {
      const point = applyMatrix(inside.worldFromVoxel, [
        i % 3,
        Math.floor(i / 3) % 3,
        Math.floor(i / 9),
      ]);
      return sum + c * slope * (point[column] ?? 1);
    }, 0),
  ),
);
const slopesField = { type: fieldType(inside, 3), planes: slopesPerVoxel };

export const cases: readonly OpCase[] = [
  {
    op: 'sample',
    name: 'a ramp in the world is the same ramp on another grid',
    inputs: { source: ramp(obliqueGrid) },
    attributes: { ...gridAttributes(inside), interpolation: 'linear', outside: 'edge' },
    expected: { value: ramp(inside).planes },
    gpu,
  },
  {
    op: 'sampleWeight',
    name: 'a ramp in the world is the same ramp on another grid',
    inputs: { source: ramp(obliqueGrid) },
    attributes: { ...gridAttributes(inside), interpolation: 'linear', outside: 'edge' },
    expected: { value: ramp(inside).planes },
    gpu,
  },
  {
    op: 'sample',
    name: 'displaced and affine, another grid, points beyond the edge count as zero',
    inputs: { source: image, displacement, affine },
    attributes: linear,
    gradientOf: ['source', 'displacement', 'affine'],
    gpu,
  },
  {
    op: 'sample',
    name: 'several channels, displaced and affine: all of them move the points',
    inputs: { source: randomField(obliqueGrid, 3, 24), displacement, affine },
    attributes: linear,
    gradientOf: ['source', 'displacement', 'affine'],
    gpu,
  },
  {
    op: 'sample',
    name: 'displaced, edge values go on',
    inputs: { source: image, displacement },
    attributes: { ...linear, outside: 'edge' },
    gradientOf: ['source', 'displacement'],
    gpu,
  },
  {
    op: 'sample',
    name: 'affine only, cut half a voxel beyond the edge',
    inputs: { source: image, affine },
    attributes: { ...linear, outside: 'cut' },
    gpu,
  },
  {
    op: 'sample',
    name: 'three channels resampled',
    inputs: { source: randomField(obliqueGrid, 3, 41) },
    attributes: { ...linear, outside: 'edge' },
    gradientOf: ['source'],
    gpu,
  },
  {
    op: 'sample',
    name: 'nearest neighbour',
    inputs: { source: image, displacement, affine },
    attributes: { ...linear, interpolation: 'nearest', outside: 'cut' },
    gpu: { absolute: 0, relative: 0, because: 'copies voxels; the case keeps away from ties' },
  },
  {
    op: 'sample',
    name: 'one slice: the axis across is ignored',
    inputs: {
      source: randomField(oneSliceGrid, 1, 43),
      displacement: randomField(oneSliceGrid, 3, 47, 0.6),
    },
    attributes: slice,
    gradientOf: ['source', 'displacement'],
    gpu,
  },
  {
    op: 'sample',
    name: 'a ramp, displaced and affine',
    inputs: nudged,
    attributes: linearInside,
    expected: { value: nudgedRamp },
    gpu,
  },
  {
    op: 'sampleDerivative',
    name: 'of a ramp its slopes, wherever the points are',
    inputs: nudged,
    attributes: linearInside,
    expected: { derivative: slopesPerVoxel },
    gpu,
  },
  {
    op: 'sampleWithDerivative',
    name: 'a ramp and its slopes',
    inputs: nudged,
    attributes: linearInside,
    expected: { value: nudgedRamp, derivative: slopesPerVoxel },
    gpu,
  },
  {
    op: 'chainToDisplacement',
    name: 'slopes of a ramp, back in the world and through an affine',
    inputs: { cotangent: chained, derivative: slopesField, ...nudge },
    attributes: chain,
    expected: { value: slopesThroughAffine },
    gpu,
  },
  {
    op: 'chainToAffine',
    name: 'slopes of a ramp, times the points',
    inputs: { cotangent: chained, derivative: slopesField },
    attributes: chain,
    expected: { value: [slopesTimesPoints] },
    gpu: { absolute: 2e-4, relative: 1e-4, because: 'sums over all voxels in float32' },
  },
  {
    op: 'splat',
    name: 'onto its own grid without a motion: the same field',
    inputs: { cotangent: image },
    attributes: { ...gridAttributes(obliqueGrid), outside: 'zero' },
    expected: { value: image.planes },
    gpu: splatGpu,
  },
  {
    op: 'sampleDerivative',
    name: 'displaced and affine',
    inputs: { source: image, displacement, affine },
    attributes: linear,
    gpu,
  },
  {
    op: 'sampleWithDerivative',
    name: 'displaced and affine',
    inputs: { source: image, displacement, affine },
    attributes: linear,
    gpu,
  },
  {
    op: 'chainToDisplacement',
    name: 'with an affine',
    inputs: { cotangent, derivative, affine },
    attributes: chain,
    gpu,
  },
  {
    op: 'chainToAffine',
    name: 'displaced',
    inputs: { cotangent, derivative, displacement },
    attributes: chain,
    gpu: { absolute: 2e-3, relative: 1e-4, because: 'sums over all voxels in float32' },
  },
  {
    op: 'splat',
    name: 'displaced and affine, zero outside',
    inputs: { cotangent, displacement, affine },
    attributes: { ...gridAttributes(obliqueGrid), outside: 'zero' },
    gpu: splatGpu,
  },
  {
    op: 'splat',
    name: 'three channels, edge',
    inputs: { cotangent: randomField(target, 3, 53), displacement },
    attributes: { ...gridAttributes(obliqueGrid), outside: 'edge' },
    gpu: splatGpu,
  },
  {
    op: 'splat',
    name: 'one slice',
    inputs: {
      cotangent: randomField(oneSliceGrid, 1, 59),
      displacement: randomField(oneSliceGrid, 3, 61, 0.6),
    },
    attributes: { ...gridAttributes(oneSliceGrid), outside: 'zero' },
    gpu: splatGpu,
  },
];

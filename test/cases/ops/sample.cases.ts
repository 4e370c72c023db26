import { applyMatrix } from '../../../src/imaging/frames';
import type { Grid } from '../../../src/imaging/grid';
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

/** A ramp in the world; sampled through identity it is the ramp at the target's points. */
function ramp(grid: Grid) {
  return fieldOf(grid, (x, y, z) => {
    const p = applyMatrix(grid.worldFromVoxel, [x, y, z]);
    return 0.3 * p[0] - 0.2 * p[1] + 0.5 * p[2];
  });
}

const inside = turnedGrid([3, 3, 2], [1.2, 0.8, 2.5], [4.6, -1.8, 8.4]);

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
    op: 'sample',
    name: 'displaced and affine, another grid, points beyond the edge count as zero',
    inputs: { source: image, displacement, affine },
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

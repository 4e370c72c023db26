import { applyMatrix, type Matrix3x4, type Vec3 } from '../../../src/imaging/frames';
import { gridAttributes } from '../../../src/runtime/ops/grid-attributes';
import { obliqueGrid, oneSliceGrid, randomField, scalars } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const onHost = { absolute: 1e-5, relative: 1e-5, because: 'computed on the host' } as const;
const gpu = {
  absolute: 2e-5,
  relative: 1e-5,
  because: 'a difference of float32 places some mm from the origin',
} as const;
// biome-ignore format: rows of a matrix
const affine: Matrix3x4 = [1.02, 0.05, -0.03, 0.4, -0.04, 0.97, 0.06, -0.3, 0.02, -0.05, 1.03, 0.2];
const displacement = randomField(obliqueGrid, 3, 611, 2);
const places = (n: Vec3) =>
  Array.from({ length: n[0] * n[1] * n[2] }, (_, i): Vec3 => {
    return [i % n[0], Math.floor(i / n[0]) % n[1], Math.floor(i / (n[0] * n[1]))];
  });

export const cases: readonly OpCase[] = [
  {
    op: 'invertAffine',
    name: 'a turn with scales and a shift',
    inputs: { affine: scalars(0, -2, 0, 5, 4, 0, 0, -8, 0, 0, 0.5, 1) },
    expected: { inverse: [[0, 0.25, 0, 2, -0.5, 0, 0, 2.5, 0, 0, 2, -2]], verdict: [[0, 1]] },
    gpu: onHost,
  },
  {
    op: 'invertAffine',
    name: 'a singular one has none',
    inputs: { affine: scalars(1, 0, 0, 5, 0, 1, 0, 0, 1, 1, 0, 0) },
    expected: { inverse: [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]], verdict: [[0, 0]] },
    gpu: onHost,
  },
  {
    op: 'travelledDistance',
    name: 'a shift takes every voxel alike',
    inputs: { affine: scalars(1, 0, 0, 3, 0, 1, 0, 0, 0, 0, 1, -4) },
    attributes: gridAttributes(oneSliceGrid),
    expected: { distance: [new Array(63).fill(5)] },
    gpu,
  },
  {
    op: 'travelledDistance',
    name: 'a field alone',
    inputs: { displacement },
    attributes: gridAttributes(obliqueGrid),
    expected: {
      distance: [
        places(obliqueGrid.sizeVoxels).map((_, i) =>
          Math.hypot(...displacement.planes.map((plane) => plane[i]!)),
        ),
      ],
    },
    gpu,
  },
  {
    op: 'travelledDistance',
    name: 'a field, then an affine',
    inputs: { displacement, affine: scalars(...affine) },
    attributes: gridAttributes(obliqueGrid),
    expected: {
      distance: [
        places(obliqueGrid.sizeVoxels).map((voxel, i) => {
          const from = applyMatrix(obliqueGrid.worldFromVoxel, voxel);
          const bent = from.map((v, axis) => v + displacement.planes[axis]![i]!) as unknown as Vec3;
          const to = applyMatrix(affine, bent);
          return Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
        }),
      ],
    },
    gpu,
  },
];

import { applyMatrix, type Matrix3x4, type Vec3 } from '../../../src/imaging/frames';
import { axisAlignedGrid, type Grid, voxelFromWorld } from '../../../src/imaging/grid';
import { gridAttributes } from '../../../src/runtime/ops/grid-attributes';
import { fieldOf, obliqueGrid, randomField, scalars, turnedGrid } from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

/** A pose: turned by about 8° and shifted. */
const pose = [0.99, -0.11, 0.05, 1.5, 0.112, 0.993, -0.04, -2, -0.045, 0.045, 0.998, 0.7] as const;
const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] as const;

/** Every voxel's hat function at every sample: nothing of the kernel's. */
function plainSums(
  volume: CaseValue,
  detector: Grid,
  { focusMm: s, stepMm, affine }: { focusMm: Vec3; stepMm: number; affine: readonly number[] },
) {
  const { grid } = volume.type as { grid: Grid };
  const [nx, ny, nz] = grid.sizeVoxels;
  const fromWorld = voxelFromWorld(grid);
  const hat = (a: number, b: number): number => Math.max(0, 1 - Math.abs(a - b));
  return fieldOf(detector, (u, v, w) => {
    const d = applyMatrix(detector.worldFromVoxel, [u, v, w]);
    const length = Math.hypot(d[0] - s[0], d[1] - s[1], d[2] - s[2]);
    let sum = 0;
    for (let at = stepMm / 2; at <= length; at += stepMm) {
      const world = s.map((from, axis) => from + (at / length) * (d[axis]! - from));
      const moved = applyMatrix(affine as unknown as Matrix3x4, world as unknown as Vec3);
      const q = applyMatrix(fromWorld, moved);
      for (let z = 0, i = 0; z < nz; z += 1)
        for (let y = 0; y < ny; y += 1)
          for (let x = 0; x < nx; x += 1, i += 1)
            sum += volume.planes[0]![i]! * hat(q[0], x) * hat(q[1], y) * hat(q[2], z);
    }
    return stepMm * sum;
  });
}

function castCase(
  name: string,
  detector: Grid,
  focusMm: Vec3,
  stepMm: number,
  affine?: readonly number[],
): OpCase {
  const volume = randomField(obliqueGrid, 1, 31, 0.5, 0.6);
  return {
    op: 'project',
    name,
    inputs: { volume, ...(affine ? { affine: scalars(...affine) } : {}) },
    attributes: { ...gridAttributes(detector), focusMm: [...focusMm], stepMm },
    expected: {
      value: plainSums(volume, detector, { focusMm, stepMm, affine: affine ?? identity }).planes,
    },
    ...(affine ? { gradientOf: ['affine'] } : {}),
    gpu: {
      absolute: 2e-4,
      relative: 2e-4,
      because: 'places of samples of order 100 voxels in float32, and sums of tens of them',
    },
  };
}

/** Behind the volume as seen from the focus, whose rays partly pass it by. */
const detector = turnedGrid([6, 5, 1], [3.5, 3, 2], [-8, -9, -14]);

export const cases: readonly OpCase[] = [
  castCase('from above, oblique and anisotropic', detector, [9, 2, 60], 0.83, pose),
  castCase('without a pose', detector, [6, -2, 55], 1.1),
  castCase(
    'from the side, along an axis of the detector',
    turnedGrid([1, 4, 5], [2, 3, 3], [-30, -6, 0]),
    [45, 0, 8],
    0.6,
    pose,
  ),
  castCase(
    'focus within the volume, detector too',
    turnedGrid([3, 3, 1], [1, 1, 1], [6, -2, 10]),
    [6.5, -1, 7],
    0.4,
    pose,
  ),
  {
    op: 'projectAdjoint',
    name: 'oblique and anisotropic, random cotangent',
    inputs: {
      volume: randomField(obliqueGrid, 1, 31, 0.5, 0.6),
      affine: scalars(...pose),
      cotangent: randomField(detector, 1, 37),
    },
    attributes: { ...gridAttributes(detector), focusMm: [9, 2, 60], stepMm: 0.83 },
    gpu: {
      absolute: 2e-3,
      relative: 1e-3,
      because: 'sums of some hundred slopes of either sign, places of samples in float32',
    },
  },
  {
    op: 'project',
    name: 'a volume that no ray meets',
    inputs: { volume: randomField(obliqueGrid, 1, 31), affine: scalars(...identity) },
    attributes: {
      ...gridAttributes(axisAlignedGrid([3, 2, 1], [1, 1, 1], [200, 0, 0])),
      focusMm: [200, 0, 50],
      stepMm: 1,
    },
    expected: { value: [new Float64Array(6)] },
    gpu: { absolute: 0, relative: 0, because: 'nothing is added' },
  },
];

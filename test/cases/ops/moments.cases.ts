import { applyMatrix } from '../../../src/imaging/frames';
import { fieldOf, obliqueGrid, randomField, scalars } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const gpu = { absolute: 1e-3, relative: 1e-4, because: 'runs on the host in float32 storage' };

/** Two bright voxels of one mass each: centre between them, variance half their distance squared. */
const [a, b] = [
  [1, 2, 3],
  [5, 4, 1],
] as const;
const twoVoxels = fieldOf(obliqueGrid, (x, y, z) =>
  [a, b].some(([i, j, k]) => i === x && j === y && k === z) ? 1 : 0,
);
const pa = applyMatrix(obliqueGrid.worldFromVoxel, a);
const pb = applyMatrix(obliqueGrid.worldFromVoxel, b);
const half = [0, 1, 2].map((i) => ((pb[i] ?? 0) - (pa[i] ?? 0)) / 2);
const covariance = [0, 1, 2].flatMap((i) =>
  [0, 1, 2].filter((j) => j >= i).map((j) => (half[i] ?? 0) * (half[j] ?? 0)),
);

// A box-like body with axes of lengths 5, 3, 1, and the same turned by 90° about z and shifted.
const fixedMoments = scalars(10, 1, 2, 3, 25, 0, 0, 9, 0, 1);
const movingMoments = scalars(10, 4, -2, 1, 9, 0, 0, 25, 0, 1);
const shift = (m: readonly number[]): number[] => {
  const [c0, c1, c2] = [1, 2, 3];
  const t = [4, -2, 1].map(
    (to, row) =>
      to - ((m[row * 3] ?? 0) * c0 + (m[row * 3 + 1] ?? 0) * c1 + (m[row * 3 + 2] ?? 0) * c2),
  );
  return [0, 1, 2].flatMap((row) => [...m.slice(row * 3, row * 3 + 3), t[row] ?? 0]);
};

export const cases: readonly OpCase[] = [
  {
    op: 'imageMoments',
    name: 'two voxels of an oblique anisotropic grid',
    inputs: { image: twoVoxels },
    expected: {
      value: [[2, ...[0, 1, 2].map((i) => ((pa[i] ?? 0) + (pb[i] ?? 0)) / 2), ...covariance]],
    },
    gpu,
  },
  {
    op: 'imageMoments',
    name: 'negative intensities count from the lowest',
    inputs: { image: randomField(obliqueGrid, 1, 5) },
    gpu,
  },
  {
    op: 'centresAffine',
    name: 'a shift',
    inputs: { fixedMoments, movingMoments },
    expected: { value: [shift([1, 0, 0, 0, 1, 0, 0, 0, 1])] },
    gpu,
  },
  {
    op: 'momentCandidates',
    name: 'a body turned by 90° about z: proper turns only',
    inputs: { fixedMoments, movingMoments },
    attributes: { planar: false },
    expected: { candidate0: [shift([1, 0, 0, 0, 1, 0, 0, 0, 1])] },
    gpu,
  },
  {
    op: 'momentCandidates',
    name: 'planar: turns about the normal only',
    inputs: {
      fixedMoments: scalars(10, 1, 2, 3, 25, 0, 0, 9, 0, 0),
      movingMoments: scalars(10, 4, -2, 1, 9, 0, 0, 25, 0, 0),
    },
    attributes: { planar: true },
    expected: { candidate2: [shift([1, 0, 0, 0, 1, 0, 0, 0, 1])] },
    gpu,
  },
  {
    op: 'selectAffine',
    name: 'the lowest score, the first of equals',
    inputs: {
      score0: scalars(-0.2),
      score1: scalars(-0.5),
      score2: scalars(-0.5),
      score3: scalars(0.1),
      score4: scalars(-0.4),
      candidate0: scalars(...Array.from({ length: 12 }, () => 0)),
      candidate1: scalars(...Array.from({ length: 12 }, () => 1)),
      candidate2: scalars(...Array.from({ length: 12 }, () => 2)),
      candidate3: scalars(...Array.from({ length: 12 }, () => 3)),
      candidate4: scalars(...Array.from({ length: 12 }, () => 4)),
    },
    expected: { affine: [Array.from({ length: 12 }, () => 1)] },
    gpu,
  },
];

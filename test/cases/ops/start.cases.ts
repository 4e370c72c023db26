import { applyMatrix } from '../../../src/imaging/frames';
import type { Grid } from '../../../src/imaging/grid';
import { fieldOf, oneSliceGrid, scalars, turnedGrid } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';
import { textureAt } from '../../support/texture';

const grid = turnedGrid([14, 16, 12], [2, 2, 2], [0, 0, 0]);
const blob = fieldOf(
  grid,
  (x, y, z) =>
    Math.exp(-((x - 6) ** 2) / 9 - (y - 8) ** 2 / 16 - (z - 5) ** 2 / 6) +
    (x > 6 && y > 8 ? 0.4 : 0),
);
const options = { tryAxes: true, trySearch: true, margin: 0.05 };

/** A texture of the world, moved by some mm. */
const texture = (on: Grid, shiftMm: readonly number[] = [0, 0, 0]) =>
  fieldOf(on, (i, j, k) => {
    const [x, y, z] = applyMatrix(on.worldFromVoxel, [i, j, k]);
    return textureAt(x - shiftMm[0]!, y - shiftMm[1]!, z - shiftMm[2]!);
  });
const identity = scalars(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);
const matching = { freedom: 'rigid', iterations: 4, blockShare: 0.5, inlierShare: 0.5 };
const cut = turnedGrid([17, 14, 13], [1.1, 0.9, 1.2], [0, 0, 0]);
const across = oneSliceGrid.worldFromVoxel;
const inPlane = [0, 4, 8].map((row) => 0.8 * across[row]! - 0.9 * across[row + 1]!);

const onHost = { absolute: 1e-3, relative: 1e-4, because: 'runs on the host in float32 storage' };

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
    op: 'searchStart',
    name: 'an image on itself: where the headers put it',
    inputs: { fixed: blob, moving: blob },
    attributes: options,
    expected: { affine: [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]] },
    gpu: { absolute: 1e-5, relative: 1e-5, because: 'the same code on the host' },
  },
  {
    op: 'centresAffine',
    name: 'a shift',
    inputs: { fixedMoments, movingMoments },
    expected: { value: [shift([1, 0, 0, 0, 1, 0, 0, 0, 1])] },
    gpu: onHost,
  },
  {
    op: 'momentCandidates',
    name: 'a body turned by 90° about z: proper turns only',
    inputs: { fixedMoments, movingMoments },
    attributes: { planar: false },
    expected: { candidate0: [shift([1, 0, 0, 0, 1, 0, 0, 0, 1])] },
    gpu: onHost,
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
    gpu: onHost,
  },
  {
    op: 'matchBlocks',
    name: 'an image that lies elsewhere, by parts of voxels, on another grid',
    inputs: {
      fixed: texture(cut),
      moving: texture(turnedGrid([22, 24, 12], [0.9, 0.9, 1.4], [-2, -1, 1]), [1.2, -0.7, 0.4]),
      initial: identity,
    },
    attributes: matching,
    expected: { affine: [[1, 0, 0, 1.2, 0, 1, 0, -0.7, 0, 0, 1, 0.4]], verdict: [[0, 1]] },
    expectedTolerance: 0.2,
    gpu: { absolute: 2e-3, relative: 1e-3, because: 'correlations are in float32 on the host' },
  },
  {
    op: 'matchBlocks',
    name: 'a slice of five blocks, fewer than it takes: stays as it began',
    inputs: {
      fixed: texture(oneSliceGrid),
      moving: texture(oneSliceGrid, inPlane),
      initial: identity,
    },
    attributes: { ...matching, blockShare: 1 },
    expected: { affine: [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]], verdict: [[0, 0]] },
    gpu: onHost,
  },
];

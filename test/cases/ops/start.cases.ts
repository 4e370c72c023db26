import { fieldOf, scalars, turnedGrid } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const grid = turnedGrid([14, 16, 12], [2, 2, 2], [0, 0, 0]);
const blob = fieldOf(
  grid,
  (x, y, z) =>
    Math.exp(-((x - 6) ** 2) / 9 - (y - 8) ** 2 / 16 - (z - 5) ** 2 / 6) +
    (x > 6 && y > 8 ? 0.4 : 0),
);
const options = { tryAxes: true, trySearch: true, margin: 0.05 };

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
];

import { fieldOf, turnedGrid } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const grid = turnedGrid([14, 16, 12], [2, 2, 2], [0, 0, 0]);
const blob = fieldOf(
  grid,
  (x, y, z) =>
    Math.exp(-((x - 6) ** 2) / 9 - (y - 8) ** 2 / 16 - (z - 5) ** 2 / 6) +
    (x > 6 && y > 8 ? 0.4 : 0),
);
const options = { tryAxes: true, trySearch: true, margin: 0.05 };

export const cases: readonly OpCase[] = [
  {
    op: 'searchStart',
    name: 'an image on itself: where the headers put it',
    inputs: { fixed: blob, moving: blob },
    attributes: options,
    expected: { affine: [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]] },
    gpu: { absolute: 1e-5, relative: 1e-5, because: 'the same code on the host' },
  },
];

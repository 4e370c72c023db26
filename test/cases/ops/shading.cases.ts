import { axisAlignedGrid } from '../../../src/imaging/grid';
import { fieldOf, obliqueGrid } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const grid = axisAlignedGrid([12, 12, 1], [1, 1, 1]);
/** A disc of one brightness on nothing. */
const disc = (x: number, y: number): number => (Math.hypot(x - 5.5, y - 5.5) < 5 ? 80 : 0);
const discNumbers = Array.from({ length: 144 }, (_, i) => disc(i % 12, Math.floor(i / 12)));

const bias = {
  elements: [1, 2, 1],
  levels: 2,
  iterations: 20,
  convergence: 0.0001,
  shrink: 2,
  bins: 200,
  fwhm: 0.15,
  noise: 0.01,
} as const;
const onHost = { absolute: 1e-4, relative: 1e-4, because: 'computed on the host' } as const;

export const cases: readonly OpCase[] = [
  {
    op: 'evenIntensity',
    name: 'images that are not shaded: the same numbers, and a fold of 1',
    inputs: { fixed: fieldOf(grid, disc), moving: fieldOf(grid, disc) },
    attributes: { leastFold: 1.4 },
    expected: {
      evenFixed: [discNumbers],
      evenMoving: [discNumbers],
      report: [[1, 0, 1, 0, 0]],
    },
    gpu: { absolute: 0, relative: 0, because: 'the same code on the host' },
  },
  {
    op: 'biasField',
    name: 'an image of one intensity has none, on a turned grid',
    inputs: { image: fieldOf(obliqueGrid, () => 7), mask: fieldOf(obliqueGrid, () => 1) },
    attributes: bias,
    expected: { logBias: [new Array(210).fill(0)] },
    expectedTolerance: 1e-9,
    gpu: onHost,
  },
  {
    op: 'biasField',
    name: 'where nothing counts there is none, whatever is shaded',
    inputs: { image: fieldOf(grid, (x) => 1 + x), mask: fieldOf(grid, () => 0) },
    attributes: bias,
    expected: { logBias: [new Array(144).fill(0)] },
    gpu: onHost,
  },
  {
    op: 'biasField',
    name: 'air does not count, and one tissue is shaded by what it shows',
    inputs: {
      image: fieldOf(grid, (x, y) => disc(x, y) * Math.exp((x - 5.5) / 100)),
      mask: fieldOf(grid, () => 1),
    },
    attributes: { ...bias, fwhm: 2, noise: 0.0001 },
    expected: { logBias: [discNumbers.map((_, i) => ((i % 12) - 5.5) / 100)] },
    expectedTolerance: 0.02,
    gpu: onHost,
  },
];

import { fieldOf, turnedGrid } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const grid = turnedGrid([3, 4, 1], [1, 1, 1], [0, 0, 0]);

/** A slice of 12 × 12: −3024 outside a circle of radius 6, air at −1000, a body from 0 upwards. */
const circleGrid = turnedGrid([12, 12, 1], [1, 1, 1], [0, 0, 0]);
const circle = (x: number, y: number, outside: number): number => {
  const radius = Math.hypot(x - 5.5, y - 5.5);
  if (radius > 6) return outside;
  return radius > 3 ? -1000 : 10 * x + y;
};

/** A disc of one brightness on nothing. */
const disc = (x: number, y: number): number => (Math.hypot(x - 5.5, y - 5.5) < 5 ? 80 : 0);
const discNumbers = Array.from({ length: 144 }, (_, i) => disc(i % 12, Math.floor(i / 12)));

export const cases: readonly OpCase[] = [
  {
    op: 'quantiles',
    name: 'linear between neighbours',
    // 0, 5, 10, … 55 in scrambled order: the quarter lies three quarters on from the third.
    inputs: { image: fieldOf(grid, (x, y) => 5 * ((7 * (x + 3 * y)) % 12)) },
    attributes: { lower: 0.25, upper: 1 },
    expected: { value: [[13.75, 55]] },
    gpu: { absolute: 1e-5, relative: 1e-6, because: 'the same code on the host' },
  },
  {
    op: 'quantiles',
    name: 'least and largest where both fall on one value',
    inputs: { image: fieldOf(grid, (x, y) => (x === 1 && y === 2 ? 9 : 2)) },
    attributes: { lower: 0.1, upper: 0.9 },
    expected: { value: [[2, 9]] },
    gpu: { absolute: 0, relative: 0, because: 'the same code on the host' },
  },
  {
    op: 'quantiles',
    name: 'without the value that a scanner wrote outside its circle',
    inputs: { image: fieldOf(circleGrid, (x, y) => circle(x, y, -3024)) },
    attributes: { lower: 0, upper: 1 },
    expected: { value: [[-1000, 87]] },
    gpu: { absolute: 0, relative: 0, because: 'the same code on the host' },
  },
  {
    op: 'quantiles',
    name: 'with the zeros around a body, however many',
    inputs: { image: fieldOf(circleGrid, (x, y) => (circle(x, y, -1000) < 0 ? 0 : 400 + 10 * x)) },
    attributes: { lower: 0, upper: 1 },
    expected: { value: [[0, 480]] },
    gpu: { absolute: 0, relative: 0, because: 'the same code on the host' },
  },
  {
    op: 'evenIntensity',
    name: 'images that are not shaded: the same numbers, and a fold of 1',
    inputs: { fixed: fieldOf(circleGrid, disc), moving: fieldOf(circleGrid, disc) },
    attributes: { leastFold: 1.4 },
    expected: {
      evenFixed: [discNumbers],
      evenMoving: [discNumbers],
      report: [[1, 0, 1, 0, 0]],
    },
    gpu: { absolute: 0, relative: 0, because: 'the same code on the host' },
  },
];

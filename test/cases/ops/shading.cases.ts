import { axisAlignedGrid } from '../../../src/imaging/grid';
import { fieldOf } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const grid = axisAlignedGrid([12, 12, 1], [1, 1, 1]);
/** A disc of one brightness on nothing. */
const disc = (x: number, y: number): number => (Math.hypot(x - 5.5, y - 5.5) < 5 ? 80 : 0);
const discNumbers = Array.from({ length: 144 }, (_, i) => disc(i % 12, Math.floor(i / 12)));

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
];

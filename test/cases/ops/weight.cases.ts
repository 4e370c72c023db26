import { fieldOf, obliqueGrid, randomField, scalars } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const sums = {
  absolute: 2e-6,
  relative: 1e-4,
  because: 'sums of float32 in another order',
} as const;

const numbers = fieldOf(obliqueGrid, (x, y) => (x === 0 ? 0 : y === 0 ? -2.5 : x - 3));
const values = randomField(obliqueGrid, 2, 71);
const hole = fieldOf(obliqueGrid, (x) => (x < 3 ? 0 : 1));

export const cases: readonly OpCase[] = [
  {
    op: 'nonZero',
    name: 'any number but 0 is inside',
    inputs: { image: numbers },
    expected: { inside: [numbers.planes[0]!.map((v) => Number(v !== 0))] },
    gpu: { absolute: 0, relative: 0, because: 'comparisons' },
  },
  {
    op: 'fillOutside',
    name: 'the first number where nothing is inside, in every channel',
    inputs: { value: values, inside: hole, fill: scalars(-1000, 7) },
    expected: {
      filled: values.planes.map((p) => p.map((v, i) => (hole.planes[0]![i] === 0 ? -1000 : v))),
    },
    gpu: { absolute: 0, relative: 0, because: 'copies' },
  },
  ...[
    [0.9, 1],
    [0.5, 0.6],
    [0.41, 0],
  ].map(
    ([share = 0, gate = 0]): OpCase => ({
      op: 'overlapGate',
      name: `${share} of what there was is left`,
      inputs: { mean: scalars(0.8 * share), start: scalars(0.8) },
      attributes: { least: 0.44, full: 0.54 },
      expected: { gate: [[gate]] },
      gpu: sums,
    }),
  ),
  {
    op: 'overlapReport',
    name: 'no more than a third of what there was at the start',
    inputs: { weightMean: scalars(0.3), startMean: scalars(0.9) },
    attributes: { movingSize: 1, least: 0.25, leastOfStart: 0.5 },
    expected: { overlap: [[0.3, 0.3]], verdict: [[0, 0]] },
    gpu: sums,
  },
  {
    op: 'overlapReport',
    name: 'of masks: half of the fixed one, all of the smaller moving one',
    inputs: { weightMean: scalars(0.1), fixedMean: scalars(0.2), movingMean: scalars(0.05) },
    attributes: { movingSize: 2, least: 0.25, leastOfStart: 0.5 },
    expected: { overlap: [[0.5, 1]], verdict: [[0, 1]] },
    gpu: sums,
  },
  {
    op: 'overlapReport',
    name: 'too little of the smaller image',
    inputs: { weightMean: scalars(0.1) },
    attributes: { movingSize: 0.5, least: 0.25, leastOfStart: 0.5 },
    expected: { overlap: [[0.1, 0.2]], verdict: [[0, 0]] },
    gpu: sums,
  },
];

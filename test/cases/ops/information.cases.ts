import { fieldOf, labelsOf, obliqueGrid, oneSliceGrid } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const onHost = { absolute: 1e-6, relative: 1e-6, because: 'computed on the host' } as const;
const ln = Math.log;
/** Entropy of shares, nats. */
const entropy = (...shares: readonly number[]) => -shares.reduce((sum, p) => sum + p * ln(p), 0);
const half = [1 / 2, 1 / 2] as const;
/** Seven columns, the first three dark. */
const [dark, bright] = [3 / 7, 4 / 7];
const columns = fieldOf(obliqueGrid, (x) => (x < 3 ? -2 : 5));
const rows = fieldOf(obliqueGrid, (_, y) => (y % 2 === 0 ? 10 : 20));
const constant = fieldOf(obliqueGrid, () => 3);

export const cases: readonly OpCase[] = [
  {
    op: 'informationReport',
    name: 'of an image and its negative all is shared',
    inputs: { first: columns, second: fieldOf(obliqueGrid, (x) => (x < 3 ? 7 : 0)) },
    attributes: { bins: 32 },
    expected: {
      report: [[entropy(dark, bright), 2, ...new Array(3).fill(entropy(dark, bright))]],
    },
    gpu: onHost,
  },
  {
    op: 'informationReport',
    name: 'columns and rows share nothing',
    inputs: { first: columns, second: rows },
    attributes: { bins: 16 },
    expected: {
      report: [[0, 1, entropy(dark, bright), ln(2), entropy(dark, bright) + entropy(...half)]],
    },
    gpu: onHost,
  },
  {
    op: 'informationReport',
    name: 'where the weight is 0 nothing is counted',
    inputs: {
      first: columns,
      second: fieldOf(obliqueGrid, (x, y) => (x === 0 ? 100 + y : x < 3 ? 1 : 0)),
      weight: fieldOf(obliqueGrid, (x) => (x === 0 ? 0 : 0.3)),
    },
    attributes: { bins: 8 },
    expected: { report: [[entropy(1 / 3, 2 / 3), 2, ...new Array(3).fill(entropy(1 / 3, 2 / 3))]] },
    gpu: onHost,
  },
  {
    op: 'informationReport',
    name: 'two constants',
    inputs: { first: constant, second: constant },
    attributes: { bins: 8 },
    expected: { report: [[0, 1, 0, 0, 0]] },
    gpu: onHost,
  },
  {
    op: 'informationReport',
    name: 'nothing counts',
    inputs: { first: columns, second: rows, weight: fieldOf(obliqueGrid, () => 0) },
    attributes: { bins: 8 },
    expected: { report: [[0, 1, 0, 0, 0]] },
    gpu: onHost,
  },
  {
    op: 'labelInformationReport',
    name: 'intensity tells two labels of four apart',
    inputs: {
      image: fieldOf(oneSliceGrid, (x) => (x < 3 ? 0 : x < 6 ? 1 : 2)),
      labels: labelsOf(oneSliceGrid, (x) => (x < 3 ? 0 : x < 6 ? 3 : 1 + (x % 2))),
    },
    attributes: { bins: 64, labelCount: 4, background: true },
    expected: {
      report: [
        [
          ln(3),
          (ln(3) + entropy(1 / 3, 1 / 3, 2 / 9, 1 / 9)) / entropy(1 / 3, 1 / 3, 2 / 9, 1 / 9),
          ln(3),
          entropy(1 / 3, 1 / 3, 2 / 9, 1 / 9),
          entropy(1 / 3, 1 / 3, 2 / 9, 1 / 9),
        ],
      ],
    },
    gpu: onHost,
  },
  {
    op: 'labelInformationReport',
    name: 'without the background, whose intensities do not count either',
    inputs: {
      image: fieldOf(oneSliceGrid, (x) => (x < 3 ? -900 : x < 6 ? 1 : 2)),
      labels: labelsOf(oneSliceGrid, (x) => (x < 3 ? 0 : x < 6 ? 2 : 1)),
    },
    attributes: { bins: 64, labelCount: 3, background: false },
    expected: { report: [[ln(2), 2, ln(2), ln(2), ln(2)]] },
    gpu: onHost,
  },
];

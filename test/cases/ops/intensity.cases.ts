import { axisAlignedGrid } from '../../../src/imaging/grid';
import { fieldOf, obliqueGrid, scalars } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const onHost = { absolute: 1e-4, relative: 1e-6, because: 'computed on the host' } as const;
/** A hundred and one values in a row. */
const row = axisAlignedGrid([101, 1, 1], [1, 1, 1]);
const ramp = fieldOf(row, (x) => x);
const constant = fieldOf(row, () => 7);

/** Bends of a curve from 0 to 100: the quarters of what lies above the mean. */
const bent = (x: number): number => (x < 50 ? 2 * x : x < 75 ? 100 + 4 * (x - 50) : 200 + (x - 75));
const mean = [...ramp.planes[0]!].reduce((sum, x) => sum + bent(x), 0) / 101;

export const cases: readonly OpCase[] = [
  {
    op: 'otsuThreshold',
    name: 'between two kinds of voxels, in the middle of what is empty',
    inputs: { image: fieldOf(obliqueGrid, (x) => (x < 3 ? 10 : 30)), range: scalars(0, 40) },
    attributes: { bins: 40 },
    // Bins 10 to 29 part them alike: from 11 to 30.
    expected: { threshold: [[20.5]] },
    gpu: onHost,
  },
  {
    op: 'otsuThreshold',
    name: 'values beyond the range count at its ends',
    inputs: {
      image: fieldOf(obliqueGrid, (x) => (x < 3 ? -1000 : x === 6 ? 9000 : 3)),
      range: scalars(0, 4),
    },
    attributes: { bins: 4 },
    expected: { threshold: [[2]] },
    gpu: onHost,
  },
  {
    op: 'otsuThreshold',
    name: 'no range',
    inputs: { image: constant, range: scalars(7, 7) },
    attributes: { bins: 256 },
    expected: { threshold: [[7]] },
    gpu: onHost,
  },
  {
    op: 'matchHistogram',
    name: 'an image that differs by brightness and contrast becomes the reference',
    inputs: { image: fieldOf(row, (x) => 3 * x - 40), reference: ramp },
    attributes: { bins: 1024, points: 7, aboveMean: true },
    expected: { value: [[...ramp.planes[0]!]] },
    expectedTolerance: 1e-9,
    gpu: onHost,
  },
  {
    op: 'matchHistogram',
    name: 'without a threshold, quantiles where the curve bends',
    inputs: { image: ramp, reference: fieldOf(row, bent) },
    attributes: { bins: 4096, points: 3, aboveMean: false },
    expected: { value: [[...ramp.planes[0]!].map(bent)] },
    // Quantiles of a hundred and one values, a bin or a value apart.
    expectedTolerance: 4,
    gpu: onHost,
  },
  {
    op: 'matchHistogram',
    name: 'below the mean one line from the least value',
    inputs: {
      image: fieldOf(row, (x) => -bent(x) / 2 + 100),
      reference: fieldOf(row, (x) => -bent(x)),
    },
    attributes: { bins: 1024, points: 7, aboveMean: true },
    expected: { value: [[...ramp.planes[0]!].map((x) => -bent(x))] },
    expectedTolerance: 1e-9 * mean,
    gpu: onHost,
  },
  {
    op: 'matchHistogram',
    name: 'an image that is the same everywhere stays, and a constant reference makes one',
    inputs: { image: constant, reference: ramp },
    attributes: { bins: 1024, points: 7, aboveMean: true },
    expected: { value: [[...constant.planes[0]!]] },
    gpu: onHost,
  },
  {
    op: 'matchHistogram',
    name: 'to a constant reference of another size',
    inputs: { image: ramp, reference: fieldOf(obliqueGrid, () => 7) },
    attributes: { bins: 1024, points: 7, aboveMean: true },
    expected: { value: [[...constant.planes[0]!]] },
    gpu: onHost,
  },
];

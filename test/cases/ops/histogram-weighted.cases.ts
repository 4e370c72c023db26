import {
  fieldOf,
  obliqueGrid,
  randomField,
  randomNumbers,
  scalars,
  weightOn,
} from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const sums = {
  absolute: 2e-6,
  relative: 1e-4,
  because: 'sums of float32 in another order',
} as const;

function histogramCases(): OpCase[] {
  const bins = 16;
  const [fixed, warped] = [randomField(obliqueGrid, 1, 51), randomField(obliqueGrid, 1, 52)];
  const ranges = { fixedRange: scalars(-1, 1), warpedRange: scalars(-1.1, 1.2) };
  // Half of the voxels count, so that the table is that of those alone, and half as heavy.
  const half = fieldOf(obliqueGrid, (x, y, z) => (x + y + z) % 2);
  const attributes = { bins, window: 'bspline' };
  const cotangent = scalars(...randomNumbers(bins * bins, 53));
  const weight = weightOn(obliqueGrid, 54);
  const gpu = { absolute: 2e-5, relative: 2e-4, because: 'weights are rounded to fixed point' };
  const table = randomNumbers(bins * bins, 55).map((v) => (0.6 * (v + 1)) / bins ** 2);
  const mass = table.reduce((sum, p) => sum + p, 0);
  const rows = Array.from({ length: bins }, (_, a) =>
    table.slice(a * bins, (a + 1) * bins).reduce((s, p) => s + p, 0),
  );
  const columns = Array.from({ length: bins }, (_, b) =>
    table.reduce((s, p, i) => (i % bins === b ? s + p : s), 0),
  );
  // mass · Σ q·ln(q / (q_a·q_b)) of the table q = p / mass.
  const information =
    mass *
    table.reduce((sum, p, i) => {
      const [q, r, c] = [p, rows[Math.floor(i / bins)]!, columns[i % bins]!].map((v) => v / mass);
      return sum + q! * Math.log(q! / (r! * c!));
    }, 0);
  return [
    {
      op: 'jointHistogram',
      name: 'weighted',
      inputs: { fixed, warped, ...ranges, weight },
      attributes,
      gradientOf: ['fixed', 'warped'],
      gpu,
    },
    {
      op: 'jointHistogram',
      name: 'a weight of 0 or 1',
      inputs: { fixed, warped, ...ranges, weight: half },
      attributes,
      gpu,
    },
    {
      op: 'jointHistogramAdjoint',
      name: 'weighted',
      inputs: {
        other: fixed,
        image: warped,
        otherRange: ranges.fixedRange,
        imageRange: ranges.warpedRange,
        weight,
        cotangent,
      },
      attributes: { ...attributes, side: 'warped' },
      gpu,
    },
    {
      op: 'mutualInformation',
      name: 'a table that does not sum to one',
      inputs: { histogram: scalars(...table) },
      attributes: { bins },
      expected: { loss: [[-information]] },
      gradientOf: ['histogram'],
      gpu: sums,
    },
  ];
}

export const cases: readonly OpCase[] = [...histogramCases()];

import type { Grid } from '../../../src/imaging/grid';
import {
  fieldOf,
  obliqueGrid,
  randomField,
  scalars,
  turnedGrid,
  weightOn,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const sums = {
  absolute: 2e-6,
  relative: 1e-4,
  because: 'sums of float32 in another order',
} as const;

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;

/** Pearson's correlation of what counts, times the mean weight. */
function weightedCorrelation(a: Float64Array, b: Float64Array, ω: Float64Array): number {
  const total = mean(ω);
  const of = (q: Float64Array) => mean(q.map((v, i) => v * ω[i]!)) / total;
  const [x, y] = [a.map((v) => v - of(a)), b.map((v) => v - of(b))];
  const product = (p: Float64Array, q: Float64Array) => of(p.map((v, i) => v * q[i]!));
  return (total * product(x, y)) / Math.sqrt(product(x, x) * product(y, y));
}

function comparisonCases(name: string, grid: Grid, weight: CaseValue): OpCase[] {
  const [fixed, noise] = [randomField(grid, 1, 91, 1, 0.5), randomField(grid, 1, 92)];
  const f = fixed.planes[0]!;
  const w = f.map((v, i) => 0.6 * v + noise.planes[0]![i]!);
  const warped = { type: fixed.type, planes: [w] };
  const ω = weight.planes[0]!;
  const total = mean(ω);
  const weightedMean = mean(f.map((v, i) => v * ω[i]!)) / total;
  const cotangent = scalars(-1.25);
  return [
    {
      op: 'meanSquaredDifference',
      name,
      inputs: { fixed, warped, weight },
      expected: { loss: [[mean(f.map((v, i) => ω[i]! * (v - w[i]!) ** 2))]] },
      gradientOf: ['fixed', 'warped'],
      gpu: sums,
    },
    {
      op: 'globalCorrelation',
      name,
      inputs: { fixed, warped, weight },
      expected: { loss: [[-weightedCorrelation(f, w, ω)]] },
      gradientOf: ['fixed', 'warped'],
      gpu: sums,
    },
    {
      op: 'globalCorrelationAdjoint',
      name,
      inputs: { fixed, warped, weight, cotangent },
      gpu: sums,
    },
    {
      op: 'imageVariance',
      name,
      inputs: { image: fixed, weight },
      expected: {
        mean: [[weightedMean]],
        variance: [[mean(f.map((v, i) => ω[i]! * (v - weightedMean) ** 2))]],
      },
      gpu: sums,
    },
    {
      op: 'meanWeight',
      name,
      inputs: { weight },
      expected: { mean: [[total]], inverse: [[1 / total]] },
      gpu: sums,
    },
  ];
}

const values = randomField(obliqueGrid, 2, 71);
const hole = fieldOf(obliqueGrid, (x) => (x < 3 ? 0 : 1));

export const cases: readonly OpCase[] = [
  ...comparisonCases('weighted', obliqueGrid, weightOn(obliqueGrid, 95)),
  ...comparisonCases(
    'weighted, several chunks of unequal length',
    turnedGrid([23, 17, 13], [1, 2, 1.5], [0, 0, 0]),
    weightOn(turnedGrid([23, 17, 13], [1, 2, 1.5], [0, 0, 0]), 96),
  ),
  ...comparisonCases('weighted by ones', obliqueGrid, randomField(obliqueGrid, 1, 1, 0, 1)),
  {
    op: 'meanSquaredDifference',
    name: 'two channels share one weight',
    inputs: { fixed: values, warped: randomField(obliqueGrid, 2, 72), weight: hole },
    gradientOf: ['fixed', 'warped'],
    gpu: sums,
  },
];

import {
  obliqueGrid,
  oneSliceGrid,
  randomField,
  scalars,
  turnedGrid,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const sums = {
  absolute: 1e-6,
  relative: 1e-5,
  because: 'sums of float32 in another order, of positive terms or of centred ones',
} as const;

/** Several reduction chunks of unequal length. */
const largeGrid = turnedGrid([23, 17, 13], [1, 2, 1.5], [0, 0, 0]);

const average = (values: Float64Array): number =>
  values.reduce((sum, v) => sum + v, 0) / values.length;

/** Pearson's correlation by standardizing both images. */
function correlation(a: Float64Array, b: Float64Array): number {
  const standardized = (v: Float64Array): Float64Array => {
    const mean = average(v);
    const deviation = Math.sqrt(average(v.map((x) => (x - mean) ** 2)));
    return v.map((x) => (x - mean) / deviation);
  };
  const [x, y] = [standardized(a), standardized(b)];
  return average(x.map((v, i) => v * y[i]!));
}

function differenceCases(name: string, fixed: CaseValue, warped: CaseValue): OpCase[] {
  const count = fixed.planes.length * fixed.planes[0]!.length;
  let squares = 0;
  fixed.planes.forEach((plane, c) => {
    plane.forEach((f, i) => {
      squares += (f - warped.planes[c]![i]!) ** 2;
    });
  });
  return [
    {
      op: 'meanSquaredDifference',
      name,
      inputs: { fixed, warped },
      expected: { loss: [[squares / count]] },
      gradientOf: ['fixed', 'warped'],
      gpu: sums,
    },
  ];
}

/** Fixed and warped share a part, so that the correlation is neither 0 nor 1. */
function correlated(
  grid: typeof obliqueGrid,
  seed: number,
  offset: number,
): readonly [CaseValue, CaseValue] {
  const fixed = randomField(grid, 1, seed, 1, offset);
  const noise = randomField(grid, 1, seed + 1, 1, -offset);
  const warped = {
    type: fixed.type,
    planes: fixed.planes.map((plane, c) => plane.map((f, i) => 0.6 * f + noise.planes[c]![i]!)),
  };
  return [fixed, warped];
}

const situations = [
  { name: 'an oblique grid', grid: obliqueGrid, offset: 0.5 },
  { name: 'one slice', grid: oneSliceGrid, offset: 0.5 },
  { name: 'several chunks of unequal length, means far from zero', grid: largeGrid, offset: 40 },
] as const;

const flat: CaseValue = randomField(obliqueGrid, 1, 1, 0, 0.5);

export const cases: readonly OpCase[] = [
  ...differenceCases(
    'images on an oblique grid',
    randomField(obliqueGrid, 1, 91),
    randomField(obliqueGrid, 1, 92),
  ),
  ...differenceCases(
    'three channels, several chunks of unequal length',
    randomField(largeGrid, 3, 93),
    randomField(largeGrid, 3, 94),
  ),
  ...situations.flatMap(({ name, grid, offset }, index): OpCase[] => {
    const [fixed, warped] = correlated(grid, 95 + 2 * index, offset);
    const [f, w] = [fixed.planes[0]!, warped.planes[0]!];
    const ncc = correlation(f, w);
    const [meanF, meanW] = [average(f), average(w)];
    const normF = Math.sqrt(f.reduce((sum, v) => sum + (v - meanF) ** 2, 0));
    const normW = Math.sqrt(w.reduce((sum, v) => sum + (v - meanW) ** 2, 0));
    return [
      {
        op: 'globalCorrelation',
        name,
        inputs: { fixed, warped },
        expected: { loss: [[-ncc]] },
        gradientOf: ['fixed', 'warped'],
        gpu: sums,
      },
      {
        op: 'globalCorrelationAdjoint',
        name,
        inputs: { fixed, warped, cotangent: scalars(2) },
        expected: {
          warped: [
            w.map((v, i) => (-2 / normW) * ((f[i]! - meanF) / normF - (ncc * (v - meanW)) / normW)),
          ],
        },
        gpu: { ...sums, absolute: 2e-6, relative: 1e-4 },
      },
    ];
  }),
  {
    op: 'globalCorrelation',
    name: 'a constant image correlates with nothing',
    inputs: { fixed: flat, warped: randomField(obliqueGrid, 1, 99) },
    expected: { loss: [[0]] },
    gpu: sums,
  },
  {
    op: 'globalCorrelationAdjoint',
    name: 'a constant image gives no gradient',
    inputs: { fixed: randomField(obliqueGrid, 1, 99), warped: flat, cotangent: scalars(1) },
    expected: { warped: [new Float64Array(210)] },
    gpu: sums,
  },
];

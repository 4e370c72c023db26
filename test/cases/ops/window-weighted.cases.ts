import type { Grid } from '../../../src/imaging/grid';
import { obliqueGrid, oneSliceGrid, randomField, weightOn } from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';
import { windowsOf } from './window.cases';

const sums = {
  absolute: 2e-6,
  relative: 1e-4,
  because: 'sums of float32 in another order',
} as const;

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;

/** Σ ω·q / Σ ω over the window around each voxel; 0 where nothing counts. */
function weightedMeans(grid: Grid, radius: number, weight: Float64Array, q: Float64Array) {
  return Float64Array.from(windowsOf(grid, radius), (members) => {
    const total = members.reduce((sum, i) => sum + weight[i]!, 0);
    const sum = members.reduce((s, i) => s + weight[i]! * q[i]!, 0);
    return total > 0 ? sum / total : 0;
  });
}

function windowCases(grid: Grid, radiusVoxels: number): OpCase[] {
  // Whole windows in which nothing counts, too.
  const weight = {
    ...weightOn(grid, 5),
    planes: weightOn(grid, 5).planes.map((p) => p.map((v, i) => (i < p.length / 2 ? v : 0))),
  };
  const ω = weight.planes[0]!;
  const plain = windowsOf(grid, radiusVoxels).map((m) => mean(m.map((i) => ω[i]!)));
  const weightMean = { type: weight.type, planes: [Float64Array.from(plain)] };
  const [fixed, warped] = [randomField(grid, 1, 31), randomField(grid, 1, 32)];
  const [f, w] = [fixed.planes[0]!, warped.planes[0]!];
  const of = (q: Float64Array) => weightedMeans(grid, radiusVoxels, ω, q);
  const attributes = { radiusVoxels };
  const weights = { weight, weightMean };
  const [meanWarped, meanWarpedSquared, meanProduct] = [61, 62, 63].map((s) =>
    randomField(grid, 1, s),
  ) as [CaseValue, CaseValue, CaseValue];
  return [
    {
      op: 'windowStatistics',
      name: `weighted, radius ${radiusVoxels}`,
      inputs: { image: fixed, ...weights },
      attributes,
      expected: { mean: [of(f)], meanSquared: [of(f.map((v) => v * v))] },
      gradientOf: ['image'],
      gpu: { ...sums, absolute: 1e-5 },
    },
    {
      op: 'windowMoments',
      name: `weighted, radius ${radiusVoxels}`,
      inputs: { fixed, warped, ...weights },
      attributes,
      expected: {
        meanWarped: [of(w)],
        meanWarpedSquared: [of(w.map((v) => v * v))],
        meanProduct: [of(f.map((v, i) => v * w[i]!))],
      },
      gradientOf: ['fixed', 'warped'],
      gpu: { ...sums, absolute: 1e-5 },
    },
    {
      op: 'windowPairMoments',
      name: `weighted, radius ${radiusVoxels}`,
      inputs: { fixed, warped, ...weights },
      attributes,
      expected: {
        meanFixed: [of(f)],
        meanFixedSquared: [of(f.map((v) => v * v))],
        meanWarped: [of(w)],
        meanWarpedSquared: [of(w.map((v) => v * v))],
        meanProduct: [of(f.map((v, i) => v * w[i]!))],
      },
      gradientOf: ['fixed', 'warped'],
      gpu: { ...sums, absolute: 1e-5 },
    },
    {
      op: 'windowMomentsAdjoint',
      name: `weighted, radius ${radiusVoxels}`,
      inputs: { fixed, warped, meanWarped, meanWarpedSquared, meanProduct, ...weights },
      attributes,
      gpu: { ...sums, absolute: 2e-5 },
    },
    {
      op: 'windowMomentsAdjointFixed',
      name: `weighted, radius ${radiusVoxels}`,
      inputs: { warped, meanProduct, ...weights },
      attributes,
      gpu: { ...sums, absolute: 2e-5 },
    },
    {
      op: 'windowStatisticsAdjoint',
      name: `weighted, radius ${radiusVoxels}`,
      inputs: { image: fixed, mean: meanWarped, meanSquared: meanProduct, ...weights },
      attributes,
      gpu: { ...sums, absolute: 2e-5 },
    },
  ];
}

export const cases: readonly OpCase[] = [
  ...windowCases(obliqueGrid, 1),
  ...windowCases(oneSliceGrid, 2),
];

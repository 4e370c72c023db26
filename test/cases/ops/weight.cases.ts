import { applyMatrix, type Vec3 } from '../../../src/imaging/frames';
import { type Grid, voxelFromWorld } from '../../../src/imaging/grid';
import { gridAttributes } from '../../../src/runtime/ops/grid-attributes';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  randomField,
  randomNumbers,
  scalars,
  turnedGrid,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';
import { windowsOf } from './window.cases';

const sums = {
  absolute: 2e-6,
  relative: 1e-4,
  because: 'sums of float32 in another order',
} as const;

const target = turnedGrid([6, 5, 4], [1.4, 1.1, 2.2], [3.2, -3.5, 5.5]);
const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;

/** From 0 to 1, a third of the voxels out. */
function weightOn(grid: Grid, seed: number): CaseValue {
  const { type, planes } = randomField(grid, 1, seed);
  return { type, planes: planes.map((plane) => plane.map((v) => Math.max(0, 0.25 + 0.75 * v))) };
}

/** Share of the eight corners of a point that exist, along one axis. */
const alongAxis = (q: number, length: number): number =>
  length === 1
    ? 1
    : [Math.floor(q), Math.floor(q) + 1].reduce(
        (sum, corner) =>
          corner < 0 || corner >= length ? sum : sum + Math.max(0, 1 - Math.abs(q - corner)),
        0,
      );

function insideCase(name: string, grid: Grid, source: Grid, outside: 'zero' | 'cut'): OpCase {
  const displacement = randomField(grid, 3, 17, 1.8);
  const [u, v, w] = displacement.planes;
  const voxel = voxelFromWorld(source);
  const at = (x: number, y: number, z: number): Vec3 => {
    const i = x + grid.sizeVoxels[0] * (y + grid.sizeVoxels[1] * z);
    const p = applyMatrix(grid.worldFromVoxel, [x, y, z]);
    return applyMatrix(voxel, [p[0] + u![i]!, p[1] + v![i]!, p[2] + w![i]!]);
  };
  const expected = fieldOf(grid, (x, y, z) =>
    at(x, y, z).reduce((product, q, axis) => {
      const length = source.sizeVoxels[axis]!;
      const isIn = length === 1 || (q >= -0.5 && q <= length - 0.5);
      return product * (outside === 'zero' ? alongAxis(q, length) : Number(isIn));
    }, 1),
  );
  return {
    op: 'insideWeight',
    name,
    inputs: { displacement },
    attributes: {
      ...gridAttributes(grid),
      sourceSize: [...source.sizeVoxels],
      sourceWorldFromVoxel: [...source.worldFromVoxel],
      outside,
    },
    expected: { weight: expected.planes },
    gpu: { absolute: 1e-5, relative: 1e-5, because: 'positions of order 10 in float32' },
  };
}

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
      op: 'meanSquaredDifferenceAdjoint',
      name,
      inputs: { fixed, warped, weight, cotangent },
      expected: { warped: [w.map((v, i) => (-2.5 * ω[i]! * (v - f[i]!)) / w.length)] },
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

/** Five means as they can be: variances are not negative. */
function lnccCases(grid: Grid): OpCase[] {
  const [meanFixed, meanWarped] = [randomField(grid, 1, 41), randomField(grid, 1, 42)];
  const above = (image: CaseValue, seed: number): CaseValue => ({
    type: image.type,
    planes: [
      image.planes[0]!.map(
        (v, i) => v * v + 0.3 + 0.2 * randomNumbers(grid210, seed)[i % grid210]!,
      ),
    ],
  });
  const product = meanFixed.planes[0]!.map((v, i) => v * meanWarped.planes[0]![i]! + 0.2);
  const inputs = {
    meanFixed,
    meanFixedSquared: above(meanFixed, 43),
    meanWarped,
    meanWarpedSquared: above(meanWarped, 44),
    meanProduct: { type: meanFixed.type, planes: [product] },
    weight: weightOn(grid, 45),
  };
  const attributes = { epsilon: 0.01 };
  const [f, ff, w, ww, fw, ω] = Object.values(inputs).map(({ planes }) => planes[0]!) as Six;
  const loss = -mean(
    f.map(
      (_, i) =>
        (ω[i]! * (fw[i]! - f[i]! * w[i]!) ** 2) / ((ff[i]! - f[i]! ** 2) * (ww[i]! - w[i]! ** 2)),
    ),
  );
  const cotangent = scalars(1.5);
  const gpu = { ...sums, absolute: 1e-5 };
  return [
    {
      op: 'lnccLoss',
      name: 'weighted',
      inputs,
      attributes,
      expected: { loss: [[loss]] },
      gradientOf: [
        'meanFixed',
        'meanFixedSquared',
        'meanWarped',
        'meanWarpedSquared',
        'meanProduct',
      ],
      gpu,
    },
    { op: 'lnccLossAdjoint', name: 'weighted', inputs: { ...inputs, cotangent }, attributes, gpu },
    {
      op: 'lnccLossAdjointFixed',
      name: 'weighted',
      inputs: { ...inputs, cotangent },
      attributes,
      gpu,
    },
  ];
}

type Six = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
const grid210 = 210;

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

const numbers = fieldOf(obliqueGrid, (x, y) => (x === 0 ? 0 : y === 0 ? -2.5 : x - 3));
const values = randomField(obliqueGrid, 2, 71);
const hole = fieldOf(obliqueGrid, (x) => (x < 3 ? 0 : 1));

export const cases: readonly OpCase[] = [
  insideCase('falls within a voxel of the edge', target, obliqueGrid, 'zero'),
  insideCase('ends half a voxel beyond the edge', target, obliqueGrid, 'cut'),
  insideCase('across one slice there is no outside', oneSliceGrid, oneSliceGrid, 'zero'),
  {
    op: 'insideWeight',
    name: 'through an affine',
    inputs: {
      affine: scalars(1.1, 0.05, -0.03, 2, -0.04, 0.97, 0.06, -1, 0.02, -0.05, 1.2, 1),
    },
    attributes: {
      ...gridAttributes(target),
      sourceSize: [...obliqueGrid.sizeVoxels],
      sourceWorldFromVoxel: [...obliqueGrid.worldFromVoxel],
      outside: 'zero',
    },
    gpu: { absolute: 1e-5, relative: 1e-5, because: 'positions of order 10 in float32' },
  },
  ...windowCases(obliqueGrid, 1),
  ...windowCases(oneSliceGrid, 2),
  ...comparisonCases('weighted', obliqueGrid, weightOn(obliqueGrid, 95)),
  ...comparisonCases(
    'weighted, several chunks of unequal length',
    turnedGrid([23, 17, 13], [1, 2, 1.5], [0, 0, 0]),
    weightOn(turnedGrid([23, 17, 13], [1, 2, 1.5], [0, 0, 0]), 96),
  ),
  ...comparisonCases('weighted by ones', obliqueGrid, randomField(obliqueGrid, 1, 1, 0, 1)),
  ...lnccCases(obliqueGrid),
  ...histogramCases(),
  {
    op: 'meanSquaredDifference',
    name: 'two channels share one weight',
    inputs: { fixed: values, warped: randomField(obliqueGrid, 2, 72), weight: hole },
    gradientOf: ['fixed', 'warped'],
    gpu: sums,
  },
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

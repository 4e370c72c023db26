import type { Grid } from '../../../src/imaging/grid';
import { fieldType } from '../../../src/runtime/ir/values';
import {
  obliqueGrid,
  oneSliceGrid,
  randomField,
  scalars,
  weightOn,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';
import { windowMeans, windowsOf } from './window.cases';

/** Window means of two images that belong together, so that variances are never negative. */
function meansOf(grid: Grid, radius: number, fixed: Float64Array, warped: Float64Array) {
  const mean = (quantity: (voxel: number) => number): CaseValue => ({
    type: fieldType(grid, 1),
    planes: [windowMeans(grid, radius, quantity)],
  });
  return {
    meanFixed: mean((i) => fixed[i]!),
    meanFixedSquared: mean((i) => fixed[i]! ** 2),
    meanWarped: mean((i) => warped[i]!),
    meanWarpedSquared: mean((i) => warped[i]! ** 2),
    meanProduct: mean((i) => fixed[i]! * warped[i]!),
  };
}

/** −mean of the squared correlation, straight from the voxels of each window. */
function lossOf(
  grid: Grid,
  radius: number,
  fixed: Float64Array,
  warped: Float64Array,
  epsilon: number,
  weight?: Float64Array,
): number {
  const windows = windowsOf(grid, radius);
  const correlations = windows.map((members) => {
    const n = members.length;
    const meanF = members.reduce((sum, i) => sum + fixed[i]!, 0) / n;
    const meanW = members.reduce((sum, i) => sum + warped[i]!, 0) / n;
    let [a, b, c] = [0, 0, 0];
    for (const i of members) {
      a += ((fixed[i]! - meanF) * (warped[i]! - meanW)) / n;
      b += (fixed[i]! - meanF) ** 2 / n;
      c += (warped[i]! - meanW) ** 2 / n;
    }
    return a ** 2 / (Math.max(b, epsilon) * Math.max(c, epsilon));
  });
  return -correlations.reduce((sum, cc, i) => sum + (weight?.[i] ?? 1) * cc, 0) / windows.length;
}

const everyMean = [
  'meanFixed',
  'meanFixedSquared',
  'meanWarped',
  'meanWarpedSquared',
  'meanProduct',
] as const;

/** Random images that are flat in their first half, where both variances clamp. */
function halfFlat(grid: Grid, seed: number): Float64Array {
  const plane = randomField(grid, 1, seed, 0.5, 0.5).planes[0]!;
  return plane.map((v, i) => (i < plane.length / 2 ? 0.4 + 1e-4 * v : v));
}

const situations = [
  {
    name: 'random images on an oblique grid',
    grid: obliqueGrid,
    fixed: randomField(obliqueGrid, 1, 71, 0.5, 0.5).planes[0]!,
    warped: randomField(obliqueGrid, 1, 72, 0.5, 0.5).planes[0]!,
    radius: 2,
  },
  {
    name: 'one slice',
    grid: oneSliceGrid,
    fixed: randomField(oneSliceGrid, 1, 73, 0.5, 0.5).planes[0]!,
    warped: randomField(oneSliceGrid, 1, 74, 0.5, 0.5).planes[0]!,
    radius: 2,
  },
  {
    name: 'fixed flat in one half: its clamped variance is a constant',
    grid: obliqueGrid,
    fixed: halfFlat(obliqueGrid, 75),
    warped: randomField(obliqueGrid, 1, 76, 0.5, 0.5).planes[0]!,
    radius: 1,
  },
  {
    name: 'warped flat in one half: its clamped variance is a constant',
    grid: obliqueGrid,
    fixed: randomField(obliqueGrid, 1, 77, 0.5, 0.5).planes[0]!,
    warped: halfFlat(obliqueGrid, 78),
    radius: 1,
  },
] as const;

// Large enough for the gradient check: a variance must not change much within its step.
const epsilon = 0.01;
const gpu = {
  absolute: 1e-6,
  relative: 1e-3,
  because: 'a variance is a difference of float32 means: 1e-7 in 1e-2',
} as const;

function weightedFromImages({ name, grid, ...images }: (typeof situations)[0]): OpCase {
  const { meanFixed, meanFixedSquared, ...others } = meansOf(
    grid,
    images.radius,
    images.fixed,
    images.warped,
  );
  const weight = weightOn(grid, 79);
  const type = fieldType(grid, 1);
  const adjoint = cotangentsOf({ meanFixed, meanFixedSquared, ...others }, 1.5, [
    'meanWarped',
    'meanWarpedSquared',
    'meanProduct',
  ]);
  const [counts] = weight.planes as [Float64Array];
  const weighted = ([output, [plane]]: [string, Float64Array[]]) =>
    [output, [plane!.map((v, i) => counts[i]! * v)]] as const;
  return {
    op: 'lnccFromImages',
    name: `${name}, weighted`,
    inputs: {
      fixed: { type, planes: [images.fixed] },
      warped: { type, planes: [images.warped] },
      ...{ meanFixed, meanFixedSquared, weight, cotangent: scalars(1.5) },
    },
    attributes: { epsilon, radiusVoxels: images.radius },
    expected: {
      loss: [[lossOf(grid, images.radius, images.fixed, images.warped, epsilon, counts)]],
      ...Object.fromEntries(Object.entries(adjoint).map(weighted)),
    },
    expectedTolerance: 1e-7,
    gpu: { ...gpu, absolute: 2e-5 },
  };
}

const unweighted: readonly OpCase[] = situations.flatMap(
  ({ name, grid, fixed, warped, radius }) => {
    const inputs = meansOf(grid, radius, fixed, warped);
    const attributes = { epsilon };
    const cotangent = scalars(1.5);
    const loss = { loss: [[lossOf(grid, radius, fixed, warped, epsilon)]] };
    const ofLoss = {
      absolute: 2e-5,
      relative: 1e-4,
      because: 'a mean of such quotients',
    };
    const adjoint = cotangentsOf(inputs, 1.5, ['meanWarped', 'meanWarpedSquared', 'meanProduct']);
    return [
      {
        op: 'lnccLoss',
        name,
        inputs,
        attributes,
        expected: loss,
        gradientOf: everyMean,
        gpu: { ...gpu, ...ofLoss },
      },
      {
        op: 'lnccLossAdjoint',
        name,
        inputs: { ...inputs, cotangent },
        attributes,
        expected: adjoint,
        expectedTolerance: 1e-7,
        gpu,
      },
      {
        op: 'lnccLossWithAdjoint',
        name,
        inputs: { ...inputs, cotangent },
        attributes,
        expected: { ...loss, ...adjoint },
        expectedTolerance: 1e-7,
        gpu: { ...gpu, ...ofLoss },
      },
      ...(grid.sizeVoxels[2] === 1
        ? []
        : [
            {
              op: 'lnccFromImages',
              name,
              inputs: {
                fixed: { type: fieldType(grid, 1), planes: [fixed] },
                warped: { type: fieldType(grid, 1), planes: [warped] },
                meanFixed: inputs.meanFixed,
                meanFixedSquared: inputs.meanFixedSquared,
                cotangent,
              },
              attributes: { epsilon, radiusVoxels: radius },
              expected: { ...loss, ...adjoint },
              expectedTolerance: 1e-7,
              gpu: { ...gpu, ...ofLoss },
            },
          ]),
      {
        op: 'lnccLossAdjointFixed',
        name,
        inputs: { ...inputs, cotangent },
        attributes,
        expected: cotangentsOf(inputs, 1.5, ['meanFixed', 'meanFixedSquared']),
        expectedTolerance: 1e-7,
        gpu,
      },
    ] satisfies OpCase[];
  },
);

/** Derivatives of the loss by the five-point rule on the formula for one voxel. */
function cotangentsOf(
  inputs: ReturnType<typeof meansOf>,
  cotangent: number,
  wanted: readonly (keyof typeof inputs)[],
): Record<string, Float64Array[]> {
  const count = inputs.meanFixed.planes[0]!.length;
  const correlation = (means: Record<(typeof everyMean)[number], number>): number => {
    const a = means.meanProduct - means.meanFixed * means.meanWarped;
    const b = Math.max(means.meanFixedSquared - means.meanFixed ** 2, epsilon);
    const c = Math.max(means.meanWarpedSquared - means.meanWarped ** 2, epsilon);
    return a ** 2 / (b * c);
  };
  return Object.fromEntries(
    wanted.map((name) => [
      name,
      [
        Float64Array.from({ length: count }, (_, i) => {
          const at = (offset: number): number => {
            const means = Object.fromEntries(
              everyMean.map((key) => [key, inputs[key].planes[0]![i]!]),
            ) as Record<(typeof everyMean)[number], number>;
            means[name] += offset;
            return correlation(means);
          };
          const h = 2e-6;
          const slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
          return (-cotangent * slope) / count;
        }),
      ],
    ]),
  );
}

export const cases: readonly OpCase[] = [...unweighted, weightedFromImages(situations[0])];

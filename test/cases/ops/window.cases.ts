import type { Grid } from '../../../src/imaging/grid';
import { obliqueGrid, oneSliceGrid, randomField, turnedGrid } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const rounding = {
  absolute: 2e-6,
  relative: 1e-5,
  because: 'sums of at most a few hundred float32 of order 1',
} as const;

/** For each voxel the indices of its cubic window, clipped at the border. */
export function windowsOf(grid: Grid, radius: number): readonly (readonly number[])[] {
  const [nx, ny, nz] = grid.sizeVoxels;
  const windows: number[][] = [];
  for (let z = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      for (let x = 0; x < nx; x += 1) {
        const members: number[] = [];
        for (let c = z - radius; c <= z + radius; c += 1) {
          for (let b = y - radius; b <= y + radius; b += 1) {
            for (let a = x - radius; a <= x + radius; a += 1) {
              const isInside = a >= 0 && b >= 0 && c >= 0 && a < nx && b < ny && c < nz;
              if (isInside) members.push(a + nx * (b + ny * c));
            }
          }
        }
        windows.push(members);
      }
    }
  }
  return windows;
}

/** Mean over each window of a quantity of the voxel. */
export function windowMeans(
  grid: Grid,
  radius: number,
  quantity: (voxel: number) => number,
): Float64Array {
  return Float64Array.from(
    windowsOf(grid, radius).map(
      (members) => members.reduce((sum, voxel) => sum + quantity(voxel), 0) / members.length,
    ),
  );
}

/** Transpose of the window mean. */
function windowMeansTransposed(grid: Grid, radius: number, cotangent: Float64Array): Float64Array {
  const result = new Float64Array(cotangent.length);
  windowsOf(grid, radius).forEach((members, centre) => {
    for (const voxel of members) result[voxel]! += cotangent[centre]! / members.length;
  });
  return result;
}

const longGrid = turnedGrid([13, 11, 9], [1, 1.5, 2], [0, 0, 0]);

const situations = [
  { name: 'radius 2 on an oblique grid, borders included', grid: obliqueGrid, radiusVoxels: 2 },
  { name: 'radius 1 with an interior on every axis', grid: longGrid, radiusVoxels: 1 },
  { name: 'radius 3 on one slice', grid: oneSliceGrid, radiusVoxels: 3 },
  { name: 'a window wider than the grid', grid: obliqueGrid, radiusVoxels: 9 },
  {
    name: 'radius 4, with several windows side by side on every axis',
    grid: turnedGrid([29, 21, 20], [1, 1.5, 2], [0, 0, 0]),
    radiusVoxels: 4,
  },
  { name: 'radius 0', grid: oneSliceGrid, radiusVoxels: 0 },
] as const;

export const cases: readonly OpCase[] = situations.flatMap(
  ({ name, grid, radiusVoxels }, index) => {
    const fixed = randomField(grid, 1, 31 + index, 0.5, 0.5);
    const warped = randomField(grid, 1, 51 + index, 0.5, 0.5);
    const [f, w] = [fixed.planes[0]!, warped.planes[0]!];
    const mean = (quantity: (voxel: number) => number): Float64Array =>
      windowMeans(grid, radiusVoxels, quantity);
    const attributes = { radiusVoxels };
    const cotangents = [61, 62, 63].map((seed) => randomField(grid, 1, seed + index));
    const spread = cotangents.map((c) => windowMeansTransposed(grid, radiusVoxels, c.planes[0]!));
    const [s0, s1, s2] = spread as [Float64Array, Float64Array, Float64Array];
    const [c0, c1, c2] = cotangents as [typeof fixed, typeof fixed, typeof fixed];
    return [
      {
        op: 'windowStatistics',
        name,
        inputs: { image: fixed },
        attributes,
        expected: { mean: [mean((i) => f[i]!)], meanSquared: [mean((i) => f[i]! ** 2)] },
        gradientOf: ['image'],
        gpu: rounding,
      },
      {
        op: 'windowMoments',
        name,
        inputs: { fixed, warped },
        attributes,
        expected: {
          meanWarped: [mean((i) => w[i]!)],
          meanWarpedSquared: [mean((i) => w[i]! ** 2)],
          meanProduct: [mean((i) => f[i]! * w[i]!)],
        },
        gradientOf: ['fixed', 'warped'],
        gpu: rounding,
      },
      {
        op: 'windowPairMoments',
        name,
        inputs: { fixed, warped },
        attributes,
        expected: {
          meanFixed: [mean((i) => f[i]!)],
          meanFixedSquared: [mean((i) => f[i]! ** 2)],
          meanWarped: [mean((i) => w[i]!)],
          meanWarpedSquared: [mean((i) => w[i]! ** 2)],
          meanProduct: [mean((i) => f[i]! * w[i]!)],
        },
        gradientOf: ['fixed', 'warped'],
        gpu: rounding,
      },
      {
        op: 'windowStatisticsAdjoint',
        name,
        inputs: { image: fixed, mean: c0, meanSquared: c1 },
        attributes,
        expected: { image: [f.map((v, i) => s0[i]! + 2 * v * s1[i]!)] },
        gpu: rounding,
      },
      {
        op: 'windowStatisticsAdjoint',
        name: `${name}, where only the mean of squares was used`,
        inputs: { image: fixed, meanSquared: c1 },
        attributes,
        expected: { image: [f.map((v, i) => 2 * v * s1[i]!)] },
        gpu: rounding,
      },
      {
        op: 'windowMomentsAdjoint',
        name,
        inputs: { fixed, warped, meanWarped: c0, meanWarpedSquared: c1, meanProduct: c2 },
        attributes,
        expected: { warped: [w.map((v, i) => s0[i]! + 2 * v * s1[i]! + f[i]! * s2[i]!)] },
        gpu: rounding,
      },
      {
        op: 'windowMomentsAdjointFixed',
        name,
        inputs: { warped, meanProduct: c2 },
        attributes,
        expected: { fixed: [w.map((v, i) => v * s2[i]!)] },
        gpu: rounding,
      },
    ] satisfies OpCase[];
  },
);

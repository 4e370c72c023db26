import type { Grid } from '../../../src/imaging/grid';
import { obliqueGrid, oneSliceGrid, randomField, scalars } from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

/** The features voxel by voxel, by their definition. */
function expectedOf(image: CaseValue, grid: Grid, radius: number, dilation: number): number[][] {
  const values = image.planes[0]!;
  const size = grid.sizeVoxels;
  const at = (position: readonly number[]): number => {
    const [x, y, z] = position.map((v, axis) => Math.min(Math.max(v, 0), size[axis]! - 1));
    return values[x! + size[0] * (y! + size[1] * z!)]!;
  };
  const neighbours = [0, 1, 2].flatMap((axis) =>
    [dilation, -dilation].map((step) => [0, 1, 2].map((one) => (one === axis ? step : 0))),
  );
  const pairs = neighbours.flatMap((a, i) =>
    neighbours.slice(i + 1).flatMap((b) => {
      const apart = a.reduce((sum, v, axis) => sum + (v - b[axis]!) ** 2, 0);
      return apart === 2 * dilation ** 2 ? [[a, b] as const] : [];
    }),
  );
  const voxels = Array.from(values, (_, i) => [
    i % size[0],
    Math.floor(i / size[0]) % size[1],
    Math.floor(i / (size[0] * size[1])),
  ]);
  const reach = Array.from({ length: 2 * radius + 1 }, (_, k) => k - radius);
  const patch = reach.flatMap((z) => reach.flatMap((y) => reach.map((x) => [x, y, z])));
  const plus = (a: readonly number[], b: readonly number[]) => a.map((v, axis) => v + b[axis]!);
  const distances = pairs.map(([a, b]) =>
    voxels.map((voxel) => {
      const inside = patch
        .map((offset) => plus(voxel, offset))
        .filter((p) => p.every((v, axis) => v >= 0 && v < size[axis]!));
      const sum = inside.reduce((s, p) => s + (at(plus(p, a)) - at(plus(p, b))) ** 2, 0);
      return sum / inside.length;
    }),
  );
  const lowest = voxels.map((_, i) => Math.min(...distances.map((d) => d[i]!)));
  const spread = voxels.map(
    (_, i) => distances.reduce((s, d) => s + d[i]! - lowest[i]!, 0) / distances.length,
  );
  const mean = spread.reduce((s, v) => s + v, 0) / spread.length;
  return distances.map((d) =>
    d.map((v, i) =>
      Math.exp(-(v - lowest[i]!) / Math.min(Math.max(spread[i]!, 0.001 * mean), 1000 * mean)),
    ),
  );
}

/** The order of the channels that the op states: pairs of axes, then signs. */
function inOrderOfTheOp(features: number[][]): number[][] {
  // Pairs above come by their first neighbour: +x with ±y ±z, −x with ±y ±z, then y with z.
  return [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 10, 11].map((channel) => features[channel]!);
}

const gpu = { absolute: 2e-5, relative: 1e-4, because: 'sums and exponentials in float32' };

export const cases: readonly OpCase[] = [
  ...(
    [
      ['an oblique grid', obliqueGrid, 1, 2],
      ['a wide patch of near neighbours', obliqueGrid, 2, 1],
      ['one slice', oneSliceGrid, 1, 2],
    ] as const
  ).map(([name, grid, radiusVoxels, dilationVoxels], index): OpCase => {
    const image = randomField(grid, 1, 811 + index, 40, 300);
    return {
      op: 'mindSsc',
      name,
      inputs: { image, range: scalars(260, 340) },
      attributes: { radiusVoxels, dilationVoxels },
      expected: {
        features: inOrderOfTheOp(expectedOf(image, grid, radiusVoxels, dilationVoxels)),
      },
      gpu,
    };
  }),
  {
    op: 'mindSsc',
    name: 'a flat image, but for what rounding leaves',
    inputs: { image: randomField(obliqueGrid, 1, 815, 1e-7, 0.3), range: scalars(0.3, 0.3) },
    attributes: { radiusVoxels: 1, dilationVoxels: 2 },
    expected: { features: Array.from({ length: 12 }, () => new Array(210).fill(1)) },
    expectedTolerance: 0.5,
    gpu: { absolute: 0.5, relative: 0, because: 'rounding is all that there is to see' },
  },
];

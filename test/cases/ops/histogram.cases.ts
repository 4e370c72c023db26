import type { Grid } from '../../../src/imaging/grid';
import {
  obliqueGrid,
  oneSliceGrid,
  randomField,
  randomNumbers,
  scalars,
  turnedGrid,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

type Window = 'bspline' | 'gaussian';

/** Several chunks, the last of them not full. */
const largeGrid = turnedGrid([23, 17, 13], [1, 2, 1.5], [0, 0, 0]);

/** The cardinal cubic B-spline by de Boor's recursion, at a distance from its middle. */
function bspline(distance: number): number {
  const cardinal = (degree: number, x: number): number =>
    degree === 0
      ? Number(x >= 0 && x < 1)
      : (x * cardinal(degree - 1, x) + (degree + 1 - x) * cardinal(degree - 1, x - 1)) / degree;
  return cardinal(3, distance + 2);
}

/** The Gaussian of σ = ½, less what it is at two bins, zero beyond. */
function gaussian(distance: number): number {
  return Math.abs(distance) < 2 ? Math.exp(-(distance ** 2) / 0.5) - Math.exp(-4 / 0.5) : 0;
}

/** Weights of an intensity over all bins. */
function weightsOf(value: number, [low, high]: readonly number[], bins: number, window: Window) {
  const share = high! > low! ? Math.min(1, Math.max(0, (value - low!) / (high! - low!))) : 0;
  const at = 1 + share * (bins - 3);
  const raw = Array.from({ length: bins }, (_, bin) =>
    window === 'bspline' ? bspline(at - bin) : gaussian(at - bin),
  );
  const sum = raw.reduce((s, v) => s + v, 0);
  return raw.map((v) => v / sum);
}

function histogramOf(
  fixed: Float64Array,
  warped: Float64Array,
  ranges: readonly [readonly number[], readonly number[]],
  bins: number,
  window: Window,
): number[] {
  const table = new Array<number>(bins * bins).fill(0);
  fixed.forEach((f, i) => {
    const rows = weightsOf(f, ranges[0], bins, window);
    const columns = weightsOf(warped[i]!, ranges[1], bins, window);
    rows.forEach((r, a) => {
      columns.forEach((c, b) => {
        table[a * bins + b]! += (r * c) / fixed.length;
      });
    });
  });
  return table;
}

const entropy = (probabilities: readonly number[]): number =>
  -probabilities.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);

/** H(a) + H(b) − H(a,b). */
function informationOf(table: ArrayLike<number>, bins: number): number {
  const cells = Array.from(table);
  const rows = Array.from({ length: bins }, (_, a) =>
    cells.slice(a * bins, (a + 1) * bins).reduce((s, p) => s + p, 0),
  );
  const columns = Array.from({ length: bins }, (_, b) =>
    cells.filter((_cell, i) => i % bins === b).reduce((s, p) => s + p, 0),
  );
  return entropy(rows) + entropy(columns) - entropy(cells);
}

/** Two images that share a part, in different units. */
function pair(grid: Grid, seed: number): readonly [CaseValue, CaseValue] {
  const fixed = randomField(grid, 1, seed);
  const noise = randomField(grid, 1, seed + 1).planes[0]!;
  const shared = fixed.planes[0]!.map((f, i) => 100 + 60 * f * f + 25 * noise[i]!);
  return [fixed, { type: fixed.type, planes: [shared] }];
}

const counting = {
  absolute: 2e-6,
  relative: 2e-4,
  because: 'weights are rounded to fixed point before they are summed',
} as const;
const looking = {
  relative: 2e-4,
  because: 'windows at a coordinate that is rounded to float32, slopes that cancel',
} as const;

/** The lowered Gaussian's slope jumps by 8·e⁻⁸ where a place is rounded into the next cell. */
const lookingAt = (window: Window, absolute: number): OpCase['gpu'] =>
  window === 'bspline' ? { ...looking, absolute } : { ...looking, absolute: 5 * absolute };

const situations = [
  { name: 'oblique grid', grid: obliqueGrid, bins: 32 },
  { name: 'one slice', grid: oneSliceGrid, bins: 16 },
  { name: 'several chunks', grid: largeGrid, bins: 32 },
  { name: 'as many bins as fit', grid: largeGrid, bins: 64 },
  { name: 'as few bins as can be', grid: obliqueGrid, bins: 4 },
] as const;

/** Intensities beyond the range are some of them, at both ends; no image value lies on an end. */
const narrow = [
  [-0.8013, 0.9017],
  [90.03, 170.07],
] as const;

export const cases: readonly OpCase[] = [
  ...(['bspline', 'gaussian'] as const).flatMap((window) =>
    situations.flatMap(({ name, grid, bins }, index): OpCase[] => {
      const [fixed, warped] = pair(grid, 301 + 2 * index);
      const inputs = { fixedRange: scalars(...narrow[0]), warpedRange: scalars(...narrow[1]) };
      const [f, w] = [fixed.planes[0]!, warped.planes[0]!];
      const cotangent = scalars(...randomNumbers(bins * bins, 44));
      return [
        {
          op: 'jointHistogram',
          name: `${window}, ${name}, intensities beyond the range`,
          inputs: { fixed, warped, ...inputs },
          attributes: { bins, window },
          expected: { histogram: [histogramOf(f, w, narrow, bins, window)] },
          gradientOf: ['fixed', 'warped'],
          // The lowered Gaussian has a kink at two bins, too small to matter but not to be seen.
          gradientTolerance: window === 'bspline' ? 1e-5 : 1e-4,
          gpu: counting,
        },
        {
          op: 'jointHistogramAdjoint',
          name: `${window}, ${name}, the warped side`,
          inputs: {
            other: fixed,
            image: warped,
            otherRange: inputs.fixedRange,
            imageRange: inputs.warpedRange,
            cotangent,
          },
          attributes: { bins, window, side: 'warped' },
          gpu: lookingAt(window, 2e-7),
        },
        {
          op: 'jointHistogramAdjoint',
          name: `${window}, ${name}, the fixed side`,
          inputs: {
            other: warped,
            image: fixed,
            otherRange: inputs.warpedRange,
            imageRange: inputs.fixedRange,
            cotangent,
          },
          attributes: { bins, window, side: 'fixed' },
          gpu: lookingAt(window, 2e-5),
        },
      ];
    }),
  ),
  {
    op: 'jointHistogram',
    name: 'all voxels fall into one bin',
    inputs: {
      fixed: randomField(largeGrid, 1, 1, 0, 3),
      warped: randomField(largeGrid, 1, 1, 0, 5),
      fixedRange: scalars(3, 3),
      warpedRange: scalars(5, 5),
    },
    attributes: { bins: 32, window: 'bspline' },
    expected: {
      histogram: [
        Array.from({ length: 1024 }, (_, cell) => {
          const marginal = [1 / 6, 2 / 3, 1 / 6];
          return (marginal[Math.floor(cell / 32)] ?? 0) * (marginal[cell % 32] ?? 0);
        }),
      ],
    },
    gpu: counting,
  },
  ...[4, 32, 64].flatMap((bins): OpCase[] => {
    const weights = randomNumbers(bins * bins, bins).map((v) => Math.max(0, v + 0.2));
    const sum = weights.reduce((s, v) => s + v, 0);
    const table = weights.map((v) => v / sum);
    const filled = randomNumbers(bins * bins, bins + 1).map((v) => (v + 1.5) / (1.5 * bins * bins));
    return [
      {
        op: 'mutualInformation',
        name: `${bins} bins, many of them empty`,
        inputs: { histogram: scalars(...table) },
        attributes: { bins },
        expected: { loss: [[-informationOf(table, bins)]] },
        gpu: { absolute: 2e-6, relative: 1e-5, because: 'sums and logarithms in float32' },
      },
      {
        op: 'mutualInformation',
        name: `${bins} bins, none of them empty`,
        inputs: { histogram: scalars(...filled) },
        attributes: { bins },
        // A probability is small: a step of 1e-6 is not, so central differences are worse.
        gradientOf: ['histogram'],
        gradientTolerance: 1e-3,
        gpu: { absolute: 2e-6, relative: 1e-5, because: 'sums and logarithms in float32' },
      },
      {
        op: 'mutualInformationAdjoint',
        name: `${bins} bins, many of them empty`,
        inputs: { histogram: scalars(...table), cotangent: scalars(-1.5) },
        attributes: { bins },
        gpu: { absolute: 1e-5, relative: 1e-5, because: 'logarithms in float32' },
      },
    ];
  }),
  ...(['fixed', 'warped'] as const).flatMap((of) =>
    ([0, 1, 2] as const).flatMap((power): OpCase[] => {
      const bins = 4 + 9 * power;
      const attributes = { bins, of, power };
      const table = randomNumbers(bins * bins, 61 + power);
      const sums = Array.from({ length: bins }, (_, kept) =>
        Array.from({ length: bins }, (_o, other) => {
          const cell = of === 'fixed' ? kept * bins + other : other * bins + kept;
          return table[cell]! * ((other - 1) / (bins - 3) - 0.5) ** power;
        }).reduce((sum, v) => sum + v, 0),
      );
      const gpu = { absolute: 1e-6, relative: 1e-5, because: 'sums in float32' };
      return [
        {
          op: 'tableSums',
          name: `of the ${of} image, power ${power}`,
          inputs: { histogram: scalars(...table) },
          attributes,
          expected: { sums: [sums] },
          gradientOf: ['histogram'],
          gpu,
        },
        {
          op: 'tableSumsAdjoint',
          name: `of the ${of} image, power ${power}`,
          inputs: { cotangent: scalars(...randomNumbers(bins, 71)) },
          attributes,
          gpu,
        },
      ];
    }),
  ),
];

import { expect, test } from 'vitest';
import { centreMm } from '../../../src/imaging/grid';
import {
  adaptedTime,
  gainAt,
  type Measured,
  motionOf,
} from '../../../src/nodes/registration/adaptive-gain';
import type { Builder, ValueId } from '../../../src/runtime/api/nodes/builder';
import { createCpuDevice } from '../../../src/runtime/cpu/device';
import { fieldOf, randomNumbers, scalars, turnedGrid } from '../../support/case-values';
import { errorVoxels, linearMapAbout, rotationByDegrees } from '../../support/known-truth';
import { graphOf, runGraph } from '../../support/run-graph';
import {
  knownPair,
  runRegistration,
  type SmallRegistration,
} from '../../support/small-registration';

const rule = { steadyTime: 20, exponent: 1, sigmoidScale: 0.1 };

/** Numbers of an expression of measurements: `count` gradients of two numbers, a truth and noise. */
function fromMeasurements(
  gradients: readonly (readonly number[])[],
  ask: (b: Builder, measured: Measured) => readonly ValueId[],
): readonly number[] {
  const sum = [0, 1].map((k) => gradients.reduce((s, g) => s + g[k]!, 0));
  const dot = (a: readonly number[], b: readonly number[]) => a[0]! * b[0]! + a[1]! * b[1]!;
  const products = gradients.slice(1).map((g, i) => dot(g, gradients[i]!));
  const numbers = {
    sumSquare: dot(sum, sum),
    motion: Math.hypot(...sum),
    squares: gradients.reduce((s, g) => s + dot(g, g), 0),
    products: products.reduce((s, p) => s + p, 0),
    productSquares: products.reduce((s, p) => s + p * p, 0),
  };
  const graph = graphOf({}, ({ builder: b }) => {
    const told = [numbers.squares, numbers.products, numbers.productSquares];
    return ask(b, {
      looks: gradients.length,
      sumSquare: b.constant([numbers.sumSquare]),
      motion: b.constant([numbers.motion]),
      told: told.map((number) => b.constant([number])),
    });
  });
  return runGraph(graph, {}).map((planes) => planes[0]![0]!);
}

test('the first step is as long as asked where there is no noise, and shorter by its share where there is', () => {
  const same = Array.from({ length: 10 }, () => [3, 4]);
  const gain = (b: Builder, measured: Measured) =>
    [0, 20].map((time) => gainAt(b, b.constant([time]), measured, rule));
  const [first, later] = fromMeasurements(same, gain);
  expect(first).toBeCloseTo(20 / 21 / 5, 6);
  expect(later).toBeCloseTo(20 / 41 / 5, 6);
  // Noise of 5 in each number has a square of 50, twice that of the gradient.
  const count = 4000;
  const noise = randomNumbers(2 * count, 3).map((u) => 5 * Math.sqrt(3) * u);
  const noisy = Array.from({ length: count }, (_, i) => [3 + noise[2 * i]!, 4 + noise[2 * i + 1]!]);
  const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
  expect(Math.abs(mean)).toBeLessThan(0.3);
  const [noisyFirst] = fromMeasurements(noisy, gain);
  expect(noisyFirst! / (20 / 21 / 5 / 3)).toBeCloseTo(1, 1);
  // Nothing to follow: nowhere to go, and no number that is none.
  expect(
    fromMeasurements(
      [
        [0, 0],
        [0, 0],
      ],
      gain,
    ),
  ).toEqual([0, 0]);
});

test('time runs on where a gradient turns, and slowly back where it does not', () => {
  const noisy = [
    [3, 9],
    [3, -1],
    [8, 4],
    [-2, 4],
    [3, 4],
  ];
  const time = (product: number, at = 5, isMeasured = 0) =>
    fromMeasurements(noisy, (b, measured) => {
      const [a, c, d] = [at, product, isMeasured].map((number) => b.constant([number]));
      return [adaptedTime(b, { time: a!, product: c!, isMeasured: d! }, measured, rule)];
    })[0]!;
  expect(time(0)).toBeCloseTo(5, 6);
  expect(time(-1e6)).toBeCloseTo(6, 4);
  expect(time(1e6)).toBeLessThan(5);
  expect(time(1e6)).toBeGreaterThan(4);
  expect(time(1e6, 0)).toBe(0);
  expect(time(-1e6, 5, 1)).toBe(5);
});

test('the motion of a field is the mean length and twice its spread', () => {
  const grid = turnedGrid([8, 3, 2], [1, 2, 1], [0, 0, 0]);
  const ramp = fieldOf(
    grid,
    (x) => 3 * x,
    (x) => 4 * x,
    () => 0,
  );
  const graph = graphOf({ ramp }, ({ builder: b }, { ramp: value }) => [motionOf(b, [value!])]);
  // Lengths are 0, 5, … 35: mean 17.5, variance 25 · 63 / 12.
  expect(runGraph(graph, { ramp })[0]![0]![0]).toBeCloseTo(17.5 + 2 * Math.sqrt((25 * 63) / 12), 5);
  const few = graphOf({ s: scalars(3, 4) }, ({ builder: b }, { s }) => [motionOf(b, [s!])]);
  expect(runGraph(few, { s: scalars(3, 4) })[0]![0]![0]).toBeCloseTo(5, 6);
});

const pair = knownPair([24, 26, 20], ({ grid }) => ({
  affine: linearMapAbout(centreMm(grid), rotationByDegrees(3, -2, 5), [2, -3, 2]),
}));

const run = (optimizer: string, changes: Partial<SmallRegistration> = {}) =>
  runRegistration(createCpuDevice({ threads: 1 }), {
    ...pair,
    model: 'model.rigid',
    optimizer,
    similarity: 'similarity.mutual-information',
    similarityParameters: { sampledShare: 0.17, bins: 16 },
    iterations: [120],
    ...changes,
  });

type Run = Awaited<ReturnType<typeof run>>;
const errorOf = ({ results }: Run): number =>
  errorVoxels(pair.fixed, pair.truth, {
    affine: [...results.affine![0]!] as unknown as typeof pair.truth.affine,
  });

test('it comes closer by drawn samples than a fixed rate, which the noise keeps moving', async () => {
  const adaptive = await run('optimizer.adaptive-stochastic');
  const fixed = await run('optimizer.gradient-descent', {
    parameters: { stepVoxels: 1, stepRule: 'fixed rate' },
  });
  expect(errorOf(adaptive)).toBeLessThan(0.15);
  expect(errorOf(adaptive)).toBeLessThan(errorOf(fixed));
});

test('nothing moves while it measures, in a quarter of a short level at most', async () => {
  const lossesIn = async (iterations: number) => {
    const { rows } = await run('optimizer.adaptive-stochastic', {
      similarity: 'similarity.mean-squared-error',
      similarityParameters: {},
      iterations: [iterations],
    });
    return rows.flat().map((row) => row[0]!);
  };
  const losses = await lossesIn(44);
  expect(new Set(losses.slice(0, 10)).size).toBe(1);
  expect(losses[10]).toBeLessThan(losses[9]!);
  const short = await lossesIn(8);
  expect(short[1]).toBe(short[0]);
  expect(short[2]).toBeLessThan(short[1]!);
});

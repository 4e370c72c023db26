import { beforeAll, describe, expect, it } from 'vitest';
import { centreMm, spacingMm } from '../../../src/imaging/grid';
import { createCpuDevice } from '../../../src/runtime/cpu/device';
import type { PlaneArray } from '../../../src/runtime/ir/values';
import { linearMapAbout, rotationByDegrees } from '../../support/known-truth';
import {
  knownPair,
  runRegistration,
  type SmallRegistration,
} from '../../support/small-registration';

const [nx, ny] = [32, 36];
const pair = knownPair([nx, ny, 1], ({ grid }) => ({
  affine: linearMapAbout(centreMm(grid), rotationByDegrees(0, 0, 8), [3, -4, 0]),
}));
const [hx, hy] = spacingMm(pair.fixed.grid);
/** A disc in the middle of the slice. */
const isInDisc = (x: number, y: number): boolean => Math.hypot(x - 16, y - 18) < 8;
const disc = {
  ...pair.fixed,
  values: Float32Array.from({ length: nx * ny }, (_, i) =>
    isInDisc(i % nx, Math.floor(i / nx)) ? 1 : 0,
  ),
};

/** What a displacement in the plane does at the inner voxels of the slice, by central differences. */
interface Motion {
  readonly x: number;
  readonly y: number;
  readonly lengthMm: number;
  /** ∂u/∂x, ∂u/∂y, ∂v/∂x, ∂v/∂y. */
  readonly slopes: readonly [number, number, number, number];
  readonly volume: number;
}

function motions([u, v]: readonly PlaneArray[]): readonly Motion[] {
  const found: Motion[] = [];
  for (let y = 1; y < ny - 1; y += 1) {
    for (let x = 1; x < nx - 1; x += 1) {
      const i = x + nx * y;
      const slope = (plane: PlaneArray, stride: number, edge: number) =>
        (plane[i + stride]! - plane[i - stride]!) / (2 * edge);
      const slopes = [
        slope(u!, 1, hx!),
        slope(u!, nx, hy!),
        slope(v!, 1, hx!),
        slope(v!, nx, hy!),
      ] as const;
      found.push({
        x,
        y,
        lengthMm: Math.hypot(u![i]!, v![i]!),
        slopes,
        volume: (1 + slopes[0]) * (1 + slopes[3]) - slopes[1] * slopes[2],
      });
    }
  }
  return found;
}

/** A field that nothing keeps from folding, but what is wired. */
async function registered(
  regularizer?: SmallRegistration['regularizer'],
  changes: Partial<SmallRegistration> = {},
) {
  const run = await runRegistration(createCpuDevice({ threads: 1 }), {
    ...pair,
    model: 'model.greedy',
    modelParameters: { smoothFieldVoxels: 0, smoothGradientVoxels: 0.5 },
    optimizer: 'optimizer.adam-normalized',
    parameters: { beta2: 0.9, epsilon: 0.001, stepVoxels: 1 },
    iterations: [80],
    ...(regularizer && { regularizer }),
    ...changes,
  });
  const losses = run.rows[0]!;
  return {
    motions: motions(run.results.displacement!),
    /** By how much the images came closer: 1 is all the way. */
    gain: 1 - losses.at(-1)![1]! / losses[0]![1]!,
  };
}

type Result = Awaited<ReturnType<typeof registered>>;

const mean = (all: readonly Motion[], of: (motion: Motion) => number): number =>
  all.reduce((sum, motion) => sum + of(motion), 0) / all.length;
const folded = ({ motions: all }: Result): number => all.filter(({ volume }) => volume <= 0).length;
const spreadOfLog = ({ motions: all }: Result): number => {
  const logs = all.filter(({ volume }) => volume > 0);
  const middle = mean(logs, ({ volume }) => Math.log(volume));
  return Math.sqrt(mean(logs, ({ volume }) => (Math.log(volume) - middle) ** 2));
};
const within = ({ motions: all }: Result, inside: boolean): readonly Motion[] =>
  all.filter(({ x, y }) => isInDisc(x, y) === inside);
/** |FᵀF − I|² in the plane. */
const strain = ({ slopes: [a, b, c, d] }: Motion): number => {
  const [xx, yy] = [(1 + a) ** 2 + c ** 2 - 1, b ** 2 + (1 + d) ** 2 - 1];
  const xy = (1 + a) * b + c * (1 + d);
  return xx ** 2 + yy ** 2 + 2 * xy ** 2;
};

describe('a field that is not smoothed', { timeout: 60_000 }, () => {
  let free: Result;
  beforeAll(async () => {
    free = await registered();
  });

  it('folds by itself', () => {
    expect(folded(free)).toBeGreaterThan(5);
    expect(free.gain).toBeGreaterThan(0.9);
  });

  it.each([
    ['regularizer.folding', { weight: 1 }],
    ['regularizer.folding', { weight: 1, rise: 'squared', leastVolume: 0.3 }],
    ['regularizer.hyperelastic', { weight: 0.01 }],
  ])('no longer folds with %s %j, and still brings the images together', async (type, params) => {
    const held = await registered({ type, params });
    expect(folded(held)).toBe(0);
    expect(held.gain).toBeGreaterThan(0.8);
  });

  it.each(['model.greedy', 'model.svf'])(
    'spreads less in log Jacobian where that is weighed: %s',
    async (model) => {
      const modelParameters = { smoothFieldVoxels: 0, smoothGradientVoxels: 0.5 };
      const changes = { model, modelParameters };
      const without = model === 'model.greedy' ? free : await registered(undefined, changes);
      const held = await registered(
        { type: 'regularizer.log-jacobian', params: { weight: 0.02 } },
        changes,
      );
      expect(spreadOfLog(held)).toBeLessThan(0.5 * spreadOfLog(without));
      expect(held.gain).toBeGreaterThan(0.7);
    },
  );

  it.each([
    ['determinant', 'model.greedy'],
    ['divergence', 'model.svf'],
  ])('keeps volumes where that is weighed, by %s', async (measure, model) => {
    const held = await registered(
      { type: 'regularizer.volume-preservation', params: { weight: 1, measure } },
      { model, modelParameters: { smoothFieldVoxels: 0, smoothGradientVoxels: 0.5 } },
    );
    const change = ({ volume }: Motion) => (volume - 1) ** 2;
    expect(mean(held.motions, change)).toBeLessThan(0.2 * mean(free.motions, change));
    expect(held.gain).toBeGreaterThan(0.7);
  });

  it('moves a disc as a rigid body where a mask says so, and bends around it', async () => {
    const held = await registered({
      type: 'regularizer.local-rigidity',
      params: { weight: 10 },
      mask: disc,
    });
    expect(mean(within(held, true), strain)).toBeLessThan(0.02);
    expect(mean(within(held, false), strain)).toBeGreaterThan(0.1);
    expect(mean(within(held, true), ({ lengthMm }) => lengthMm)).toBeGreaterThan(2);
  });

  it('rests where a mask says so, and moves elsewhere', async () => {
    const held = await registered({
      type: 'regularizer.displacement-magnitude',
      params: { weight: 1 },
      mask: disc,
    });
    const length = ({ lengthMm }: Motion) => lengthMm;
    expect(mean(within(held, true), length)).toBeLessThan(0.2);
    expect(mean(within(held, false), length)).toBeGreaterThan(1);
  });

  it('moves in fewer places where its length is weighed', async () => {
    const still = ({ motions: all }: Result) =>
      all.filter(({ lengthMm }) => lengthMm < 0.2).length / all.length;
    const held = await registered({ type: 'regularizer.sparsity', params: { weight: 0.001 } });
    expect(still(held)).toBeGreaterThan(2 * still(free));
    expect(held.gain).toBeGreaterThan(0.7);
  });

  it.each([
    ['regularizer.total-variation', { weight: 0.01 }],
    ['regularizer.edge-weighted-diffusion', { weight: 0.02 }],
    ['regularizer.edge-weighted-diffusion', { weight: 0.02, lets: 'across' }],
  ])('is smoother with %s %j', async (type, params) => {
    const slope = ({ slopes }: Motion) => slopes.reduce((sum, one) => sum + one * one, 0);
    const held = await registered({ type, params });
    expect(mean(held.motions, slope)).toBeLessThan(0.3 * mean(free.motions, slope));
    expect(held.gain).toBeGreaterThan(0.7);
  });
});

it('a flow of a slice has no part across it, not even by rounding', {
  timeout: 60_000,
}, async () => {
  const { results } = await runRegistration(createCpuDevice({ threads: 1 }), {
    ...pair,
    model: 'model.svf',
    optimizer: 'optimizer.adam-normalized',
    iterations: [10],
  });
  expect(results.displacement![0]!.some((v) => Math.abs(v) > hx! / 2)).toBe(true);
  expect(results.displacement![2]!.every((v) => v === 0)).toBe(true);
});

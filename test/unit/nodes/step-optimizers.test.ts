import { describe, expect, it } from 'vitest';
import { centreMm, spacingMm } from '../../../src/imaging/grid';
import { createCpuDevice } from '../../../src/runtime/cpu/device';
import { errorVoxels, linearMapAbout, rotationByDegrees } from '../../support/known-truth';
import {
  knownPair,
  type RegistrationRun,
  runRegistration,
  type SmallRegistration,
} from '../../support/small-registration';

const pair = knownPair([32, 36, 1], ({ grid }) => ({
  affine: linearMapAbout(centreMm(grid), rotationByDegrees(0, 0, 5), [3, -4, 0]),
}));
const voxelMm = Math.min(...spacingMm(pair.fixed.grid).slice(0, 2));

const run = (
  optimizer: string,
  parameters: Readonly<Record<string, unknown>>,
  changes: Partial<SmallRegistration> = {},
) =>
  runRegistration(createCpuDevice({ threads: 1 }), {
    ...pair,
    model: 'model.rigid',
    optimizer,
    parameters,
    iterations: [60],
    ...changes,
  });

const lossesOf = ({ rows }: RegistrationRun): readonly number[] =>
  rows.flatMap((level) => level.map((row) => row[0]!));
const errorOf = ({ results }: RegistrationRun): number => {
  const affine = [...results.affine![0]!] as unknown as typeof pair.truth.affine;
  return errorVoxels(pair.fixed, pair.truth, { affine });
};

/** The displacement after one iteration of a field that is not smoothed, in steps. */
async function firstSteps(optimizer: string, parameters: Readonly<Record<string, unknown>>) {
  const found = await run(optimizer, parameters, {
    model: 'model.greedy',
    modelParameters: { smoothFieldVoxels: 0, smoothGradientVoxels: 0 },
    iterations: [1],
  });
  const [u, v] = found.results.displacement!;
  const unit = (parameters.stepVoxels as number) * voxelMm;
  return [...u!].map((x, i) => [Math.abs(x) / unit, Math.abs(v![i]!) / unit] as const);
}

describe('Adam', () => {
  it('moves each number by one step at first, where normalized Adam holds the longest vector to it', async () => {
    const plain = await firstSteps('optimizer.adam', { stepVoxels: 0.2 });
    const moved = plain.filter(([x, y]) => x > 0.99 && y > 0.99);
    expect(moved.length).toBeGreaterThan(100);
    for (const [x, y] of plain) expect(Math.max(x, y)).toBeLessThan(1.0001);
    const normalized = await firstSteps('optimizer.adam-normalized', { stepVoxels: 0.2 });
    const longest = Math.max(...normalized.map(([x, y]) => Math.hypot(x, y)));
    expect(longest).toBeCloseTo(1, 4);
  });

  it('comes to a known map, and begins anew at each level', async () => {
    const found = await run(
      'optimizer.adam',
      { stepVoxels: 0.2, finalFraction: 0.05 },
      {
        shrink: [2, 1],
        iterations: [60, 40],
      },
    );
    expect(errorOf(found)).toBeLessThan(0.05);
  });
});

describe('gradient descent', () => {
  it('by a fixed rate comes to rest, where normalized it goes back and forth by one step', async () => {
    const normalized = await run('optimizer.gradient-descent', { stepVoxels: 0.5 });
    const fixed = await run('optimizer.gradient-descent', {
      stepVoxels: 0.5,
      stepRule: 'fixed rate',
    });
    expect(errorOf(normalized)).toBeGreaterThan(0.1);
    const last = (found: RegistrationRun) => lossesOf(found).slice(-10);
    const spread = (losses: readonly number[]) => Math.max(...losses) - Math.min(...losses);
    expect(spread(last(fixed))).toBeLessThan(0.1 * spread(last(normalized)));
  });

  it('with momentum gets farther by the same steps', async () => {
    const options = { stepVoxels: 0.3, stepRule: 'fixed rate' };
    const [without, withIt] = await Promise.all(
      [0, 0.8].map((momentum) => run('optimizer.gradient-descent', { ...options, momentum })),
    );
    expect(lossesOf(withIt!).at(-1)!).toBeLessThan(0.3 * lossesOf(without!).at(-1)!);
  });
});

describe('regular step', () => {
  it('halves its step where the gradient turns, and ends by itself where nothing changes any more', async () => {
    const options = { stepVoxels: 1 };
    const found = await run('optimizer.regular-step', options, { iterations: [200] });
    expect(found.outcomes[0]?.outcome).toBe('converged');
    expect(errorOf(found)).toBeLessThan(0.02);
    const { iterations } = found.outcomes[0]!;
    // The flag is seen at least ten iterations after it was raised.
    const idle = await run('optimizer.regular-step', options, { iterations: [iterations - 9] });
    expect(idle.outcomes[0]?.outcome).toBe('cap');
    expect(idle.results).toEqual(found.results);
  });

  it('begins each level with its longest step', async () => {
    const changes = { shrink: [2, 1], iterations: [60, 1] };
    const coarse = await run('optimizer.regular-step', {}, { shrink: [2], iterations: [60] });
    const next = await run('optimizer.regular-step', {}, changes);
    expect(errorOf(next)).toBeGreaterThan(errorOf(coarse) + 0.2);
  });
});

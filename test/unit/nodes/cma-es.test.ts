import { describe, expect, it, test } from 'vitest';
import { axisAlignedGrid, centreMm, type Grid } from '../../../src/imaging/grid';
import type { ImageVolume } from '../../../src/imaging/volume';
import { createCpuDevice } from '../../../src/runtime/cpu/device';
import { fieldOf } from '../../support/case-values';
import { errorVoxels, linearMapAbout, rotationByDegrees } from '../../support/known-truth';
import { poolThreadStarter } from '../../support/pool-threads';
import {
  knownPair,
  type RegistrationRun,
  registrationProgram,
  runRegistration,
  type SmallRegistration,
} from '../../support/small-registration';
import { refusalOf } from './lowering';

const optimizer = 'optimizer.cma-es';

const onOneThread = (options: SmallRegistration) =>
  runRegistration(createCpuDevice({ threads: 1 }), options);

const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const turn = rotationByDegrees(0, 0, 8);
const slices = {
  'model.translation': identity,
  'model.rigid': turn,
  'model.similarity': turn.map((v) => 1.05 * v),
  'model.affine': [1.06, 0.08, 0, 0.02, 0.95, 0, 0, 0, 1],
};

const sliceOf = (linear: readonly number[]) =>
  knownPair([32, 36, 1], ({ grid }) => ({
    affine: linearMapAbout(centreMm(grid), linear, [6, -8, 0]),
  }));

type Pair = ReturnType<typeof sliceOf>;
const errorOf = (pair: Pair, run: RegistrationRun): number => {
  const affine = [...run.results.affine![0]!] as unknown as Pair['truth']['affine'];
  return errorVoxels(pair.fixed, pair.truth, { affine });
};

const totals = ({ rows }: RegistrationRun): readonly number[] =>
  rows.flatMap((level) => level.map((row) => row[0]!));

const neverRises = (losses: readonly number[]): boolean =>
  losses.every((loss, i) => i === 0 || loss <= losses[i - 1]!);

describe('CMA-ES', { timeout: 60_000 }, () => {
  it.each(['model.translation', 'model.rigid', 'model.similarity', 'model.affine'] as const)(
    'recovers a known map of %s, never rising, and knows when it is there',
    async (model) => {
      const pair = sliceOf(slices[model]);
      const run = await onOneThread({
        ...pair,
        model,
        optimizer,
        iterations: [model === 'model.affine' ? 200 : 100],
      });
      expect(errorOf(pair, run)).toBeLessThan(0.05);
      expect(neverRises(totals(run))).toBe(true);
      expect(run.outcomes[0]?.outcome).toBe('converged');
      for (const row of run.rows[0]!) expect(row[1]).toBeCloseTo(row[0]!, 6);
    },
  );

  it('recovers a rigid map of a volume, level by level', async () => {
    const pair = knownPair([20, 24, 20], ({ grid }) => ({
      affine: linearMapAbout(centreMm(grid), rotationByDegrees(4, -6, 9), [5, -7, 4]),
    }));
    const levels = { shrink: [2, 1], iterations: [60, 30] };
    const run = await onOneThread({ ...pair, model: 'model.rigid', optimizer, ...levels });
    expect(errorOf(pair, run)).toBeLessThan(0.1);
  });

  it('finds by mutual information what descents from there do not', async () => {
    const pair = knownPair([32, 36, 1], ({ grid }) => ({
      affine: linearMapAbout(centreMm(grid), rotationByDegrees(0, 0, 35), [20, -16, 0]),
    }));
    const options = {
      ...pair,
      model: 'model.rigid',
      similarity: 'similarity.mutual-information',
    };
    const errors = await Promise.all(
      ['optimizer.gradient-descent', 'optimizer.lbfgs'].map(async (other) =>
        errorOf(pair, await onOneThread({ ...options, optimizer: other, iterations: [150] })),
      ),
    );
    for (const error of errors) expect(error).toBeGreaterThan(3);
    const parameters = { spreadMm: 25, population: 16 };
    const run = await onOneThread({ ...options, optimizer, parameters, iterations: [60] });
    expect(errorOf(pair, run)).toBeLessThan(0.3);
  });

  it('gives the same bits on several threads and each time, another seed other ones', async () => {
    const pair = sliceOf(turn);
    const options = {
      ...pair,
      model: 'model.rigid',
      optimizer,
      shrink: [2, 1],
      iterations: [12, 12],
    };
    const alone = await onOneThread(options);
    const device = createCpuDevice({ threads: 2, spawnThread: await poolThreadStarter() });
    expect(await runRegistration(device, options)).toEqual(alone);
    device.destroy();
    const other = await onOneThread({ ...options, parameters: { seed: 2 } });
    expect(other.results.affine).not.toEqual(alone.results.affine);
  });

  it('never ends worse than it began, and changes nothing once it is done', async () => {
    const pair = sliceOf(identity);
    const here = { ...pair, moving: pair.fixed, model: 'model.rigid', optimizer };
    // At the optimum all candidates of a wide first generation are worse.
    const first = await onOneThread({ ...here, parameters: { spreadMm: 40 }, iterations: [3] });
    expect([...first.results.affine![0]!]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
    expect(totals(first)[2]).toBe(totals(first)[0]);

    const options = { ...pair, model: 'model.translation', optimizer };
    const whole = await onOneThread({ ...options, iterations: [120] });
    const { iterations, outcome } = whole.outcomes[0]!;
    expect(outcome).toBe('converged');
    const idle = await onOneThread({ ...options, iterations: [iterations - 9] });
    expect(idle.outcomes[0]?.outcome).toBe('cap');
    expect(idle.results).toEqual(whole.results);
  });

  it('shows and keeps a first generation that is better than the start', async () => {
    const options = { ...sliceOf(turn), model: 'model.translation', optimizer };
    const [one, two] = await Promise.all(
      [1, 2].map((iterations) => onOneThread({ ...options, iterations: [iterations] })),
    );
    expect(one!.results.affine![0]![3]).not.toBe(0);
    expect(totals(two!)[1]!).toBeLessThan(totals(two!)[0]!);
  });

  it('computes no gradient', () => {
    const { plan } = registrationProgram({
      ...sliceOf(turn),
      model: 'model.affine',
      optimizer,
      iterations: [3],
    });
    const kernels = JSON.stringify(plan.steps);
    expect(kernels).toContain('evolution-candidate');
    for (const name of ['chain-affine', 'derivative', 'adjoint'])
      expect(kernels).not.toContain(name);
  });

  const imageOf = (grid: Grid, f: (x: number, y: number, z: number) => number): ImageVolume => ({
    kind: 'image',
    grid,
    values: Float32Array.from(fieldOf(grid, f).planes[0]!),
    storedType: 'float32',
  });
  const small = axisAlignedGrid([18, 16, 1], [2, 2, 2], [-17, -15, 0]);
  const blob = (x: number, y: number) => Math.exp(-((x - 8.5) ** 2 + (y - 7.5) ** 2) / 20);

  test.each([
    ['constant images', () => 1, () => 1, undefined],
    ['values that are no numbers', blob, () => Number.NaN, undefined],
    ['an empty mask', blob, (x: number, y: number) => blob(x - 2, y), () => 0],
  ] as const)('leaves %s where they are', async (_, fixed, moving, mask) => {
    const masks = mask && { fixed: imageOf(small, mask), moving: imageOf(small, mask) };
    const { results } = await onOneThread({
      fixed: imageOf(small, fixed),
      moving: imageOf(small, moving),
      ...(masks && { masks }),
      model: 'model.affine',
      optimizer,
      iterations: [6],
    });
    expect([...results.affine![0]!]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
  });

  test.each([1e-3, 1e3])('finds the same in voxels that are %d times as large', async (size) => {
    const pair = sliceOf(turn);
    const scaled = ({ grid, ...image }: ImageVolume): ImageVolume => ({
      ...image,
      grid: {
        ...grid,
        worldFromVoxel: grid.worldFromVoxel.map(
          (v) => v * size,
        ) as unknown as Grid['worldFromVoxel'],
      },
    });
    const run = await onOneThread({
      fixed: scaled(pair.fixed),
      moving: scaled(pair.moving),
      model: 'model.rigid',
      optimizer,
      parameters: { spreadMm: Math.max(0.001, Math.min(1000, 10 * size)) },
      iterations: [80],
    });
    const affine = [...run.results.affine![0]!].map((v, i) =>
      i % 4 === 3 ? v / size : v,
    ) as unknown as Pair['truth']['affine'];
    expect(errorVoxels(pair.fixed, pair.truth, { affine })).toBeLessThan(0.1);
  });

  test.each(['model.greedy', 'model.bspline'])('%s is refused', (model) => {
    const options = { ...sliceOf(turn), optimizer, iterations: [5] };
    const problem = refusalOf(() => registrationProgram({ ...options, model }));
    expect(problem).toMatchObject({ port: 'model' });
    expect(problem.message).toMatch(/thousands/);
    expect(problem.remedy).toMatch(/Affine/);
  });
});

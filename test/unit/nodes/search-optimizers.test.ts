import { describe, expect, it } from 'vitest';
import { centreMm } from '../../../src/imaging/grid';
import { createCpuDevice } from '../../../src/runtime/cpu/device';
import { errorVoxels, linearMapAbout, rotationByDegrees } from '../../support/known-truth';
import { poolThreadStarter } from '../../support/pool-threads';
import {
  knownPair,
  type RegistrationRun,
  runRegistration,
  type SmallRegistration,
} from '../../support/small-registration';

const onOneThread = (options: SmallRegistration) =>
  runRegistration(createCpuDevice({ threads: 1 }), options);

const shear = [1.05, 0.06, -0.03, 0.02, 0.95, 0.08, -0.05, 0.03, 1.04];
const linear = { 'model.rigid': rotationByDegrees(4, -6, 9), 'model.affine': shear };

const pairOf = (model: keyof typeof linear) =>
  knownPair([24, 28, 24], ({ grid }) => ({
    affine: linearMapAbout(centreMm(grid), linear[model], [5, -7, 4]),
  }));

const slicePair = () =>
  knownPair([32, 36, 1], ({ grid }) => ({
    affine: linearMapAbout(centreMm(grid), rotationByDegrees(0, 0, 5), [3, -4, 0]),
  }));

const totals = ({ rows }: RegistrationRun): readonly number[] =>
  rows.flatMap((level) => level.map((row) => row[0]!));

const neverRises = (losses: readonly number[]): boolean =>
  losses.every((loss, i) => i === 0 || loss <= losses[i - 1]!);

describe.each(['optimizer.lbfgs', 'optimizer.line-search', 'optimizer.conjugate-gradient'])(
  '%s',
  { timeout: 60_000 },
  (optimizer) => {
    it.each(['model.rigid', 'model.affine'] as const)(
      'recovers a known %s map, never rising, and knows when it is there',
      async (model) => {
        const pair = pairOf(model);
        const run = await onOneThread({ ...pair, model, optimizer, iterations: [200] });
        const affine = [...run.results.affine![0]!] as unknown as typeof pair.truth.affine;
        expect(errorVoxels(pair.fixed, pair.truth, pair.truth)).toBe(0);
        expect(errorVoxels(pair.fixed, pair.truth, { affine })).toBeLessThan(0.01);
        expect(neverRises(totals(run))).toBe(true);
        expect(run.outcomes[0]?.outcome).toBe('converged');
        // What is recorded as total is the sum of what is recorded of the objectives.
        for (const row of run.rows[0]!) expect(row[1]).toBeCloseTo(row[0]!, 6);
      },
    );

    it('takes a step back exactly, and changes nothing once it is done', async () => {
      const options = { ...slicePair(), model: 'model.rigid', optimizer };
      const whole = await onOneThread({ ...options, iterations: [200] });
      const losses = totals(whole);
      const isTakenBack = (_: number, i: number): boolean => i > 1 && losses[i] === losses[i - 1];
      const rejected = losses.findIndex(isTakenBack);
      expect(rejected).toBeGreaterThan(1);
      const [before, after] = await Promise.all(
        [rejected, rejected + 1].map((iterations) =>
          onOneThread({ ...options, iterations: [iterations] }),
        ),
      );
      expect(after!.results).toEqual(before!.results);
      const accepted = await onOneThread({ ...options, iterations: [rejected - 1] });
      expect(accepted.results.affine).not.toEqual(before!.results.affine);
      // The flag is seen at least ten iterations after it was raised.
      const { iterations } = whole.outcomes[0]!;
      const idle = await onOneThread({ ...options, iterations: [iterations - 9] });
      expect(idle.outcomes[0]?.outcome).toBe('cap');
      expect(idle.results).toEqual(whole.results);
    });

    it('gives the same bits on several threads, and level by level', async () => {
      const spawnThread = await poolThreadStarter();
      const options = {
        ...slicePair(),
        model: 'model.rigid',
        optimizer,
        shrink: [2, 1],
        iterations: [12, 12],
      };
      const alone = await onOneThread(options);
      const device = createCpuDevice({ threads: 2, spawnThread });
      expect(await runRegistration(device, options)).toEqual(alone);
      device.destroy();
      for (const level of alone.rows) expect(neverRises(level.map((row) => row[0]!))).toBe(true);
    });

    it('is not taken for converged while it looks for a length', async () => {
      const options = { ...slicePair(), model: 'model.rigid', optimizer, convergence: 1e-3 };
      // So long a first step that a dozen trials are taken back before one is accepted.
      const run = await onOneThread({
        ...options,
        parameters: { stepVoxels: 10, shrink: 0.9, sufficientDecrease: 0.4 },
        iterations: [200],
      });
      const losses = totals(run);
      expect(losses.at(-1)!).toBeLessThan(0.1 * losses[0]!);
    });

    it('lowers the loss of a field that is not smoothed after each step', async () => {
      const run = await onOneThread({
        ...slicePair(),
        model: 'model.svf',
        modelParameters: { smoothFieldVoxels: 0, smoothGradientVoxels: 2, squarings: 4 },
        optimizer,
        iterations: [40],
      });
      const losses = totals(run);
      expect(neverRises(losses)).toBe(true);
      expect(losses.at(-1)!).toBeLessThan(0.2 * losses[0]!);
    });
  },
);

it('L-BFGS is at a ten-thousandth of the loss in a third of the iterations of Adam', {
  timeout: 60_000,
}, async () => {
  const options = { ...pairOf('model.affine'), model: 'model.affine', iterations: [100] };
  const [byCurvature, byAdam] = await Promise.all(
    ['optimizer.lbfgs', 'optimizer.adam-normalized'].map(async (optimizer) => {
      const losses = totals(await onOneThread({ ...options, optimizer }));
      return losses.findIndex((loss) => loss < 1e-4 * losses[0]!);
    }),
  );
  expect(byCurvature).toBeGreaterThan(0);
  expect(3 * byCurvature!).toBeLessThan(byAdam!);
});

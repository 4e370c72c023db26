import { describe, expect } from 'vitest';
import { centreMm } from '../../src/imaging/grid';
import { createCpuDevice } from '../../src/runtime/cpu/device';
import type { Device, LoopOutcome } from '../../src/runtime/devices';
import { flaggedInputs, halving } from '../support/flagged';
import { errorVoxels, linearMapAbout, rotationByDegrees } from '../support/known-truth';
import { testsOnGpu } from '../support/on-gpu';
import { quietRun, readResults, writeInputs } from '../support/run-gpu';
import { knownPair, runRegistration } from '../support/small-registration';

async function halve(device: Device) {
  const program = halving(1e-4);
  const execution = await device.prepare(program.plan);
  writeInputs(execution, program, flaggedInputs);
  const outcomes: LoopOutcome[] = [];
  const rows: (readonly number[])[] = [];
  await execution.run(
    quietRun({
      observer: {
        losses: (_step, _first, found) => void rows.push(...found),
        stepFinished: (_step, _seconds, outcome) => void (outcome && outcomes.push(outcome)),
      },
    }),
  );
  const results = await readResults(execution, program);
  execution.destroy();
  return { outcomes, rows, results };
}

describe('optimizers that search', () => {
  const withDevice = testsOnGpu();

  withDevice('end by a flag at the iteration where the CPU device ends', async (gpu) => {
    const onCpu = await halve(createCpuDevice({ threads: 1 }));
    const onGpu = await halve(gpu);
    // 2⁻¹⁴ is the first below 1e-4; its row is seen after 30 iterations. Marks are nobody's losses.
    expect(onCpu.outcomes).toEqual([{ iterations: 30, outcome: 'converged' }]);
    expect(onCpu.rows).toEqual(Array.from({ length: 30 }, (_, i) => [-i]));
    expect(onCpu.results.end?.[0]?.[0]).toBe(2 ** -14);
    expect(onGpu).toEqual(onCpu);
  });

  withDevice('find what the CPU device finds, trial by trial', async (gpu) => {
    const pair = knownPair([24, 28, 1], ({ grid }) => ({
      affine: linearMapAbout(centreMm(grid), rotationByDegrees(0, 0, 6), [4, -5, 0]),
    }));
    for (const optimizer of ['optimizer.lbfgs', 'optimizer.line-search']) {
      const options = { ...pair, model: 'model.rigid', optimizer, iterations: [24] };
      const onCpu = await runRegistration(createCpuDevice({ threads: 1 }), options);
      const onGpu = await runRegistration(gpu, options);
      const again = await runRegistration(gpu, options);
      expect(again).toEqual(onGpu);
      const [cpuRows = [], gpuRows = []] = [onCpu.rows[0], onGpu.rows[0]];
      expect(gpuRows.length).toBe(cpuRows.length);
      // The first points lie on voxels, where rounding decides which neighbour the slope looks at: the
      // paths part there. Both begin alike and end at the same place.
      const differenceAt = (i: number): number =>
        Math.abs((gpuRows.at(i)?.[0] ?? Number.NaN) - (cpuRows.at(i)?.[0] ?? 0));
      expect(differenceAt(0)).toBeLessThan(2e-5);
      expect(differenceAt(-1)).toBeLessThan(0.02 * (cpuRows[0]?.[0] ?? 0));
      onGpu.results.affine?.[0]?.forEach((value, i) => {
        expect(value).toBeCloseTo(onCpu.results.affine?.[0]?.[i] ?? Number.NaN, 1);
      });
    }
  });

  withDevice('draw candidates, and find the map by their ranks', async (gpu) => {
    const pair = knownPair([20, 24, 1], ({ grid }) => ({
      affine: linearMapAbout(centreMm(grid), rotationByDegrees(0, 0, 5), [3, -4, 0]),
    }));
    const options = { ...pair, model: 'model.rigid', optimizer: 'optimizer.cma-es' };
    const onGpu = await runRegistration(gpu, { ...options, iterations: [20] });
    const affine = [...onGpu.results.affine![0]!] as unknown as typeof pair.truth.affine;
    expect(errorVoxels(pair.fixed, pair.truth, { affine })).toBeLessThan(0.5);
  });
});

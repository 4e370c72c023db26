import { describe, expect } from 'vitest';
import { centreMm } from '../../src/imaging/grid';
import { createCpuDevice } from '../../src/runtime/cpu/device';
import { linearMapAbout, rotationByDegrees } from '../support/known-truth';
import { testsOnGpu } from '../support/on-gpu';
import { knownPair, runRegistration } from '../support/small-registration';

describe('demons forces', () => {
  const withDevice = testsOnGpu();

  // One channel in closed form, and many by equations.
  for (const [similarity, model] of [
    ['similarity.mean-squared-error', 'model.displacement'],
    ['similarity.mind-ssc', 'model.greedy'],
  ] as const) {
    withDevice(`by ${similarity} move as on the CPU device`, async (gpu) => {
      const pair = knownPair([12, 14, 10], ({ grid }) => ({
        affine: linearMapAbout(centreMm(grid), rotationByDegrees(0, 0, 4), [4, -5, 3]),
      }));
      const options = {
        ...pair,
        model,
        modelParameters: { smoothGradientVoxels: 0, smoothFieldVoxels: 1 },
        similarity,
        optimizer: 'optimizer.demons',
        iterations: [3],
      };
      const onCpu = await runRegistration(createCpuDevice({ threads: 1 }), options);
      const onGpu = await runRegistration(gpu, options);
      const voxelMm = Math.hypot(...[0, 4, 8].map((i) => pair.fixed.grid.worldFromVoxel[i]!));
      onCpu.rows[0]!.forEach((row, i) => {
        expect(onGpu.rows[0]![i]![0]).toBeCloseTo(row[0]!, 5);
      });
      const [a, b] = [onCpu.results.displacement!, onGpu.results.displacement!];
      const largest = Math.max(...a.flatMap((plane) => Array.from(plane, Math.abs)));
      expect(largest).toBeGreaterThan(0.3 * voxelMm);
      // Where an image is flat, rounding is divided by what is nearly nothing; the least difference keeps it small.
      for (const [axis, plane] of a.entries()) {
        plane.forEach((v, i) => {
          expect(Math.abs(v - b[axis]![i]!)).toBeLessThan(2e-3 * voxelMm);
        });
      }
    });
  }
});

import { describe, expect } from 'vitest';
import { applyMatrix } from '../../src/imaging/frames';
import { centreMm, spacingMm } from '../../src/imaging/grid';
import { createCpuDevice } from '../../src/runtime/cpu/device';
import { turnedGrid } from '../support/case-values';
import { deformImage, linearMapAbout, rotationByDegrees } from '../support/known-truth';
import { testsOnGpu } from '../support/on-gpu';
import { knownPair, runRegistration } from '../support/small-registration';

describe('a B-spline with bending energy', () => {
  const withDevice = testsOnGpu();

  withDevice('is what the CPU device finds, refined from level to level', async (gpu) => {
    const { moving, truth, fixed } = knownPair([36, 40, 1], ({ grid }) => ({
      affine: linearMapAbout(centreMm(grid), rotationByDegrees(0, 0, 5), [3, -4, 0]),
    }));
    // Where a point lies on a voxel, rounding decides which neighbour the slope looks at.
    const beside = turnedGrid([36, 40, 1], spacingMm(fixed.grid), [
      ...applyMatrix(fixed.grid.worldFromVoxel, [1.37, 8.41, 0]),
    ]);
    const pair = { moving, fixed: deformImage(moving, beside, truth) };
    const options = {
      ...pair,
      model: 'model.bspline',
      modelParameters: { spacingMm: 25 },
      optimizer: 'optimizer.gradient-descent',
      regularizer: { type: 'regularizer.bending', params: { weight: 0.01 } },
      shrink: [2, 1],
      iterations: [3, 2],
    };
    const onCpu = await runRegistration(createCpuDevice({ threads: 1 }), options);
    const onGpu = await runRegistration(gpu, options);
    expect(await runRegistration(gpu, options)).toEqual(onGpu);
    const [wanted = [], found = []] = [onCpu, onGpu].map(({ results }) =>
      (results.displacement ?? []).flatMap((plane) => [...plane]),
    );
    const size = rootMeanSquare(wanted);
    expect(size).toBeGreaterThan(0.5);
    expect(rootMeanSquare(wanted.map((value, i) => value - found[i]!)) / size).toBeLessThan(0.01);
  });
});

function rootMeanSquare(numbers: readonly number[]): number {
  return Math.sqrt(numbers.reduce((sum, value) => sum + value * value, 0) / numbers.length);
}

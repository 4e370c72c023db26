import { describe, expect } from 'vitest';
import { identityMatrix } from '../../src/imaging/frames';
import { knownDeformation } from '../../src/imaging/phantoms/deformation';
import { createCpuDevice } from '../../src/runtime/cpu/device';
import { testsOnGpu } from '../support/on-gpu';
import { knownPair, runRegistration } from '../support/small-registration';

describe('a model of two halves', () => {
  const withDevice = testsOnGpu();

  withDevice('finds the map and the inverse that the CPU device finds', async (gpu) => {
    const sizeVoxels = [16, 18, 14] as const;
    const pair = knownPair(sizeVoxels, ({ grid }) => ({
      affine: identityMatrix,
      displacement: knownDeformation({
        grid: { ...grid, sizeVoxels },
        seed: 3,
        maximumDisplacementMm: 12,
        smoothnessMm: 90,
      }).field.componentsMm,
    }));
    const options = {
      ...pair,
      model: 'model.syn',
      similarity: 'similarity.lncc',
      optimizer: 'optimizer.gradient-descent',
      iterations: [12],
    };
    const onCpu = await runRegistration(createCpuDevice({ threads: 1 }), options);
    const onGpu = await runRegistration(gpu, options);
    const voxelMm = Math.hypot(...[0, 4, 8].map((i) => pair.fixed.grid.worldFromVoxel[i]!));
    // The first points lie on voxels, where rounding decides which neighbour the slope looks at: the paths part there.
    // Both begin alike and end at nearly the same place.
    const [cpuRows, gpuRows] = [onCpu.rows[0]!, onGpu.rows[0]!];
    expect(gpuRows[0]![0]).toBeCloseTo(cpuRows[0]![0]!, 5);
    expect(gpuRows.at(-1)![0]).toBeCloseTo(cpuRows.at(-1)![0]!, 2);
    for (const name of ['displacement', 'inverse'] as const) {
      const [a, b] = [onCpu.results[name]!, onGpu.results[name]!];
      const mean = (values: readonly number[]) =>
        values.reduce((sum, v) => sum + Math.abs(v), 0) / values.length / voxelMm;
      const moved = mean(a.flatMap((plane) => Array.from(plane)));
      expect(moved).toBeGreaterThan(0.05);
      expect(
        mean(a.flatMap((plane, axis) => Array.from(plane, (v, i) => v - b[axis]![i]!))),
      ).toBeLessThan(0.1 * moved);
    }
  });
});

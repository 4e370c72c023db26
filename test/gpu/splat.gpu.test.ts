import { describe, expect } from 'vitest';
import { axisAlignedGrid } from '../../src/imaging/grid';
import { fieldType } from '../../src/runtime/ir/values';
import { fieldOf, randomField } from '../support/case-values';
import { testsOnGpu } from '../support/on-gpu';
import type { CaseValue } from '../support/op-case';
import { runSmallProgramOnGpu } from '../support/run-gpu';
import { runSmallProgram, smallProgram } from '../support/run-op';

const grid = axisAlignedGrid([48, 40, 36], [1, 1.5, 2]);
const attributes = {
  size: [...grid.sizeVoxels],
  worldFromVoxel: [...grid.worldFromVoxel],
  outside: 'edge',
} as const;

function splatProgram(inputs: Readonly<Record<string, CaseValue>>) {
  return smallProgram(inputs, (b, { cotangent, displacement }) => ({
    value: b.op('splat', { cotangent, displacement }, attributes).value,
  }));
}

describe('scatter-add in fixed point', () => {
  const withDevice = testsOnGpu();

  withDevice('does not overflow where all points fall on one voxel', async (gpu) => {
    const inputs = {
      cotangent: fieldOf(grid, () => 1000),
      displacement: fieldOf(
        grid,
        () => -500,
        () => -500,
        () => -500,
      ),
    };
    const { value } = await runSmallProgramOnGpu(gpu, splatProgram(inputs), inputs);
    const [sum, ...others] = value?.[0] ?? [];
    expect((sum ?? 0) / (1000 * 48 * 40 * 36)).toBeCloseTo(1, 4);
    expect(others.every((v) => v === 0)).toBe(true);
  });

  withDevice('is as exact as floats are where the map is nearly one to one', async (gpu) => {
    const inputs = {
      cotangent: randomField(grid, 1, 3),
      displacement: randomField(grid, 3, 4, 0.4),
    };
    const program = splatProgram(inputs);
    const { value } = await runSmallProgramOnGpu(gpu, program, inputs);
    const exact = runSmallProgram(program, inputs).value?.[0] ?? new Float64Array();
    const worst = exact.reduce((w, v, i) => Math.max(w, Math.abs(v - (value?.[0]?.[i] ?? 9))), 0);
    // Coordinates in float32 are known to some 1e-5 of a voxel here, sums much better.
    expect(worst).toBeLessThan(3e-5);
  });

  withDevice('gives zero for zero', async (gpu) => {
    const inputs = {
      cotangent: { type: fieldType(grid, 1), planes: [new Float64Array(48 * 40 * 36)] },
      displacement: randomField(grid, 3, 4),
    };
    const { value } = await runSmallProgramOnGpu(gpu, splatProgram(inputs), inputs);
    expect(value?.[0]?.every((v) => v === 0)).toBe(true);
  });
});

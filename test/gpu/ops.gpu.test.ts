import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GpuDevice } from '../../src/runtime/gpu/device';
import type { PlaneArray } from '../../src/runtime/ir/values';
import { allCases } from '../cases/ops/index';
import type { OpCase } from '../support/op-case';
import { openTestDevice, runSmallProgramOnGpu } from '../support/run-gpu';
import { programOfCase, runSmallProgram } from '../support/run-op';

const named = allCases.map((opCase) => ({ title: `${opCase.op}: ${opCase.name}`, opCase }));

describe('every op gives on the GPU what it gives on the CPU', () => {
  let device: Awaited<ReturnType<typeof openTestDevice>>;

  beforeAll(async () => {
    device = await openTestDevice();
  });

  afterAll(() => {
    if (device instanceof GpuDevice) device.destroy();
  });

  it.for(named)('$title', async ({ opCase }, context) => {
    if (!(device instanceof GpuDevice)) return context.skip(device.skipped);
    const program = programOfCase(opCase);
    const onCpu = runSmallProgram(program, opCase.inputs, { doubles: false });
    device.device.pushErrorScope('validation');
    device.device.pushErrorScope('out-of-memory');
    device.device.pushErrorScope('internal');
    const first = await runSmallProgramOnGpu(device, program, opCase.inputs);
    const second = await runSmallProgramOnGpu(device, program, opCase.inputs);
    for (let scope = 0; scope < 3; scope += 1) {
      expect(await device.device.popErrorScope()).toBeNull();
    }
    expect(second, 'the second run equals the first bit for bit').toEqual(first);
    for (const [output, planes] of Object.entries(onCpu)) {
      planes.forEach((plane, index) => {
        const found = first[output]?.[index] ?? new Float32Array();
        expect(worstExcess(found, plane, opCase), `${output}[${index}]`).toBeLessThanOrEqual(1);
      });
    }
  });
});

/** Largest difference as a multiple of what the case allows; infinite where something is missing. */
function worstExcess(found: PlaneArray, wanted: Float64Array, { gpu }: OpCase): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  wanted.forEach((value, i) => {
    const allowed = gpu.absolute + gpu.relative * Math.abs(value);
    const difference = Math.abs((found[i] as number) - value);
    const excess = difference === 0 ? 0 : difference / allowed;
    worst = Number.isFinite(difference) ? Math.max(worst, excess) : Number.POSITIVE_INFINITY;
  });
  return worst;
}

import { describe, expect } from 'vitest';
import { createCpuDevice } from '../../src/runtime/cpu/device';
import type { Device } from '../../src/runtime/devices';
import type { StopRule } from '../../src/runtime/ir/op-graph';
import {
  descent,
  descentInputs,
  descentRate,
  endless,
  recordRun,
  writeDescentInputs,
} from '../support/descent';
import { lateInputs, lateProgram } from '../support/late-inputs';
import { testsOnGpu } from '../support/on-gpu';
import { quietRun, readResults, runSmallProgramOnGpu, writeInputs } from '../support/run-gpu';
import type { SmallProgram } from '../support/run-op';

const unending = endless(3000);
const converging: StopRule = {
  maxIterations: 500,
  when: [{ kind: 'slope', minimumRelativeSlope: 1e-3, window: 10 }],
};

async function runOn(device: Device, program: SmallProgram) {
  const execution = await device.prepare(program.plan);
  const record = recordRun();
  writeDescentInputs(execution, program);
  await execution.run(quietRun({ observer: record.observer }));
  const results = await readResults(execution, program);
  execution.destroy();
  return { ...record, results };
}

describe('a loop on the GPU', () => {
  const withDevice = testsOnGpu();

  withDevice('stops where the CPU device stops, with the same losses', async (gpu) => {
    const program = descent(converging);
    const onGpu = await runOn(gpu, program);
    const onCpu = await runOn(createCpuDevice({ threads: 1 }), program);
    expect(onGpu.outcomes).toEqual(onCpu.outcomes);
    expect(onGpu.outcomes[0]?.outcome).toBe('converged');
    expect(onGpu.rows.length).toBe(onGpu.outcomes[0]?.iterations);
    onGpu.rows.forEach((row, i) => {
      expect(row[0]).toBeCloseTo(1 + (4 * (1 - descentRate) ** i) ** 2, 4);
      expect(row[0]).toBeCloseTo(onCpu.rows[i]?.[0] ?? Number.NaN, 5);
    });
    const image = onGpu.results.image?.[0] ?? new Float32Array();
    const target = descentInputs.target.planes[0] ?? new Float64Array();
    const left = (1 - descentRate) ** onGpu.rows.length;
    image.forEach((value, i) => {
      const start = descentInputs.image.planes[0]?.[i] as number;
      const end = target[i] as number;
      expect(value).toBeCloseTo(end + left * (start - end), 4);
    });
  });

  withDevice('runs all iterations where the rule asks for no slope', async (gpu) => {
    const { rows, outcomes } = await runOn(gpu, descent(endless(47)));
    expect(outcomes).toEqual([{ iterations: 47, outcome: 'cap' }]);
    expect(rows.length).toBe(47);
  });

  withDevice('gives the same bits twice', async (gpu) => {
    const program = descent(converging);
    const first = await runOn(gpu, program);
    const second = await runOn(gpu, program);
    expect(second.rows).toEqual(first.rows);
    expect(second.results).toEqual(first.results);
  });

  withDevice('starts anew when it is run again', async (gpu) => {
    const program = descent(converging);
    const execution = await gpu.prepare(program.plan);
    const runs = [];
    for (let i = 0; i < 2; i += 1) {
      const record = recordRun();
      writeDescentInputs(execution, program);
      await execution.run(quietRun({ observer: record.observer }));
      runs.push([record.rows, await readResults(execution, program)]);
    }
    execution.destroy();
    expect(runs[1]).toEqual(runs[0]);
  });

  withDevice('puts inputs in place when they are read, in every run', async (gpu) => {
    const early = lateProgram(false);
    const expected = await runSmallProgramOnGpu(gpu, early, lateInputs);
    const late = lateProgram(true);
    const execution = await gpu.prepare(late.plan);
    writeInputs(execution, late, lateInputs);
    for (let i = 0; i < 2; i += 1) {
      expect(await execution.run(quietRun())).toEqual({ cancelled: false });
      expect(await readResults(execution, late)).toEqual(expected);
    }
    // What an earlier run left on the device is copied there when its time comes, also once it is let go.
    const [left] = Object.values(late.results).flat();
    const held = execution.hold(left!);
    const next = await gpu.prepare(late.plan);
    writeInputs(next, late, lateInputs);
    await next.take(late.inputs.late![0]!, held);
    const values = await held.read();
    held.release();
    execution.destroy();
    await next.run(quietRun());
    const taken = await readResults(next, late);
    next.destroy();
    const again = {
      ...lateInputs,
      late: { ...lateInputs.late, planes: [Float64Array.from(values)] },
    };
    expect(taken).toEqual(await runSmallProgramOnGpu(gpu, early, again));
  });

  withDevice('ends when it is cancelled, and what it has stays readable', async (gpu) => {
    const program = descent(unending);
    const execution = await gpu.prepare(program.plan);
    const controller = new AbortController();
    const record = recordRun();
    writeDescentInputs(execution, program);
    const { cancelled } = await execution.run(
      quietRun({
        signal: controller.signal,
        observer: {
          ...record.observer,
          losses(step, first, rows) {
            record.observer.losses?.(step, first, rows);
            if (first >= 30) controller.abort();
          },
        },
      }),
    );
    expect(cancelled).toBe(true);
    const iterations = record.outcomes[0]?.iterations ?? 0;
    expect(record.outcomes[0]?.outcome).toBe('cancelled');
    expect(iterations).toBeLessThan(100);
    expect(record.rows.length).toBe(iterations);
    const { x } = await readResults(execution, program);
    expect(x?.[0]?.[0]).toBeCloseTo(4 * (1 - descentRate) ** iterations, 5);
    execution.destroy();
  });

  withDevice('takes a dial from the iteration that it names', async (gpu) => {
    const program = descent(endless(100));
    const execution = await gpu.prepare(program.plan);
    const dial = program.plan.buffersOfValue.get(program.plan.dials[0]!.value)![0]!;
    const record = recordRun();
    let turnedAt: number | undefined;
    writeDescentInputs(execution, program);
    await execution.run(
      quietRun({
        observer: {
          ...record.observer,
          losses(step, first, rows) {
            record.observer.losses?.(step, first, rows);
            turnedAt ??= execution.setDial(dial, 0.01).iteration;
          },
        },
      }),
    );
    execution.destroy();
    expect(turnedAt).toBeGreaterThan(0);
    expect(turnedAt).toBeLessThan(100);
    let x = 4;
    record.rows.forEach((row, i) => {
      const step = i < (turnedAt as number) ? descentRate : 0.01;
      expect(row[0]).toBeCloseTo(1 + x * x, 4);
      expect(row[1]).toBeCloseTo(step, 6);
      x *= 1 - step;
    });
  });

  withDevice('shows its image while it runs', async (gpu) => {
    const program = descent(endless(200));
    const execution = await gpu.prepare(program.plan);
    const images: Float32Array[] = [];
    writeDescentInputs(execution, program);
    await execution.run(
      quietRun({ previewEveryMs: 1, observer: { preview: (_step, image) => images.push(image) } }),
    );
    execution.destroy();
    expect(images.length).toBeGreaterThan(0);
    const distances = images.map((image) =>
      image.reduce(
        (sum, v, i) => sum + Math.abs(v - (descentInputs.target.planes[0]?.[i] as number)),
        0,
      ),
    );
    expect(images[0]?.length).toBe(descentInputs.target.planes[0]?.length);
    expect(distances.at(-1)).toBeLessThanOrEqual(distances[0] as number);
  });

  withDevice('times every pass and gives the same result', async (gpu) => {
    const program = descent(endless(12));
    const plain = await runOn(gpu, program);
    const execution = await gpu.prepare(program.plan);
    writeDescentInputs(execution, program);
    await execution.run(quietRun({ profile: true }));
    expect(await readResults(execution, program)).toEqual(plain.results);
    expect(execution.passSeconds().map((passes) => passes.length)).toEqual(
      program.plan.steps.map((step) => step.passes.length),
    );
    const loop = program.plan.steps.findIndex((step) => step.kind === 'loop');
    expect(Math.max(...(execution.passSeconds()[loop] ?? []))).toBeGreaterThan(0);
    execution.destroy();
  });
});

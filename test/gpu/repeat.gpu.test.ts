import { describe, expect } from 'vitest';
import { createCpuDevice } from '../../src/runtime/cpu/device';
import type { Device, RunOptions } from '../../src/runtime/devices';
import { passesIn } from '../../src/runtime/ir/repeats';
import { inverseInLoops, inverseInputs } from '../support/inverse';
import { testsOnGpu } from '../support/on-gpu';
import { quietRun, readResults, writeInputs } from '../support/run-gpu';
import type { SmallProgram } from '../support/run-op';

async function runOn(device: Device, program: SmallProgram, options: Partial<RunOptions> = {}) {
  const execution = await device.prepare(program.plan);
  writeInputs(execution, program, inverseInputs);
  const { cancelled } = await execution.run(quietRun(options));
  const results = await readResults(execution, program);
  const passSeconds = execution.passSeconds?.() ?? [];
  execution.destroy();
  return { cancelled, results, passSeconds };
}

describe('counted loops on the GPU', () => {
  const counts = { outer: 2, middle: 2, inner: 12 };
  const withDevice = testsOnGpu();

  withDevice('invert a displacement as the CPU device does, twice alike', async (gpu) => {
    const program = inverseInLoops(counts);
    const first = await runOn(gpu, program);
    const second = await runOn(gpu, program);
    const onCpu = await runOn(createCpuDevice({ threads: 1 }), program);
    expect(second.results).toEqual(first.results);
    expect(first.results.steps?.[0]?.[0]).toBe(48);
    first.results.found?.forEach((plane, channel) => {
      plane.forEach((value, i) => {
        expect(value).toBeCloseTo(onCpu.results.found?.[channel]?.[i] ?? Number.NaN, 5);
      });
    });
  });

  withDevice('are timed pass by pass, with the same result', async (gpu) => {
    const program = inverseInLoops(counts);
    const plain = await runOn(gpu, program);
    const timed = await runOn(gpu, program, { profile: true });
    expect(timed.results).toEqual(plain.results);
    expect(timed.passSeconds.map((passes) => passes.length)).toEqual(
      program.plan.steps.map((step) => passesIn(step.passes).length),
    );
  });

  withDevice('end soon where they are cancelled halfway', async (gpu) => {
    const program = inverseInLoops({ outer: 1, middle: 1, inner: 10_000_000 });
    const controller = new AbortController();
    let abortedAt = 0;
    const loop = program.plan.steps.findIndex(({ kind }) => kind === 'loop');
    const outcomes: unknown[] = [];
    const { cancelled } = await runOn(gpu, program, {
      signal: controller.signal,
      observer: {
        stepStarted(step) {
          if (step !== loop) return;
          setTimeout(() => {
            abortedAt = performance.now();
            controller.abort();
          }, 100);
        },
        stepFinished: (_step, _seconds, outcome) => outcomes.push(outcome),
      },
    });
    expect(cancelled).toBe(true);
    // A part of a thousand passes takes its time on a device in software.
    expect(performance.now() - abortedAt).toBeLessThan(20_000);
    expect(outcomes.at(-1)).toEqual({ iterations: 0, outcome: 'cancelled' });
  });
});

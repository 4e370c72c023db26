import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { createCpuDevice } from '../../src/runtime/cpu/device';
import type { Device, LoopOutcome, RunOptions } from '../../src/runtime/devices';
import { GpuDevice } from '../../src/runtime/gpu/device';
import type { StopRule } from '../../src/runtime/ir/op-graph';
import { obliqueGrid, randomField, scalars } from '../support/case-values';
import { openTestDevice, quietRun, readResults, writeInputs } from '../support/run-gpu';
import { type SmallProgram, smallProgram } from '../support/run-op';

const inputs = {
  image: randomField(obliqueGrid, 1, 5),
  target: randomField(obliqueGrid, 1, 6),
  x: scalars(4),
};
const rate = 0.1;

/**
 * Gradient descent on ½(image − target)² and on ½x², with one dial for the step. The loss, x² + 1,
 * levels off, so that its relative slope reaches any threshold.
 */
function descent(stop: StopRule): SmallProgram {
  return smallProgram(inputs, (graph, { image, target, x }) => {
    const b = graph.builder;
    const step = b.dial('step', rate);
    const [finalImage, finalX] = b.loop({
      label: 'descent',
      carried: [image!, x!],
      stop,
      body([imageNow, xNow]) {
        const difference = b.add({ a: target!, b: b.scale({ value: imageNow! }, { factor: -1 }) });
        const squared = b.multiply({ a: xNow!, b: xNow! });
        return {
          next: [
            b.add({ a: imageNow!, b: b.scale({ value: difference, by: step }, { factor: 1 }) }),
            b.add({ a: xNow!, b: b.scale({ value: xNow!, by: step }, { factor: -1 }) }),
          ],
          losses: [
            { name: 'total', value: b.add({ a: squared, b: b.constant([1]) }) },
            { name: 'x', value: b.scale({ value: xNow! }, { factor: 1 }) },
          ],
          preview: imageNow!,
        };
      },
    });
    return { image: finalImage, x: finalX };
  });
}

const endless: StopRule = { maxIterations: 3000, when: [] };
const converging: StopRule = {
  maxIterations: 500,
  when: [{ kind: 'slope', minimumRelativeSlope: 1e-3, window: 10 }],
};

/** Collects a loop's losses and outcome; fails where rows have gaps. */
function recorder() {
  const rows: (readonly number[])[] = [];
  const outcomes: LoopOutcome[] = [];
  const observer: RunOptions['observer'] = {
    losses(_step, firstIteration, newRows) {
      expect(firstIteration).toBe(rows.length);
      rows.push(...newRows);
    },
    stepFinished(_step, _seconds, outcome) {
      if (outcome) outcomes.push(outcome);
    },
  };
  return { rows, outcomes, observer };
}

async function runOn(device: Device, program: SmallProgram) {
  const execution = await device.prepare(program.plan);
  const record = recorder();
  writeInputs(execution, program, inputs);
  await execution.run(quietRun({ observer: record.observer }));
  const results = await readResults(execution, program);
  execution.destroy();
  return { ...record, results };
}

describe('a loop on the GPU', () => {
  let device: Awaited<ReturnType<typeof openTestDevice>>;

  beforeAll(async () => {
    device = await openTestDevice();
  });

  afterAll(() => {
    if (device instanceof GpuDevice) device.destroy();
  });

  const withDevice = (name: string, body: (device: GpuDevice) => Promise<void>): void => {
    it(name, async (context: TestContext) => {
      if (!(device instanceof GpuDevice)) return context.skip(device.skipped);
      await body(device);
    });
  };

  withDevice('stops where the CPU device stops, with the same losses', async (gpu) => {
    const program = descent(converging);
    const onGpu = await runOn(gpu, program);
    const onCpu = await runOn(createCpuDevice({ threads: 1 }), program);
    expect(onGpu.outcomes).toEqual(onCpu.outcomes);
    expect(onGpu.outcomes[0]?.outcome).toBe('converged');
    expect(onGpu.rows.length).toBe(onGpu.outcomes[0]?.iterations);
    onGpu.rows.forEach((row, i) => {
      expect(row[0]).toBeCloseTo(1 + (4 * (1 - rate) ** i) ** 2, 4);
      expect(row[1]).toBeCloseTo(onCpu.rows[i]?.[1] ?? Number.NaN, 5);
    });
    const image = onGpu.results.image?.[0] ?? new Float32Array();
    const target = inputs.target.planes[0] ?? new Float64Array();
    const left = (1 - rate) ** onGpu.rows.length;
    image.forEach((value, i) => {
      const start = inputs.image.planes[0]?.[i] as number;
      const end = target[i] as number;
      expect(value).toBeCloseTo(end + left * (start - end), 4);
    });
  });

  withDevice('runs all iterations where the rule asks for no slope', async (gpu) => {
    const { rows, outcomes } = await runOn(gpu, descent({ ...endless, maxIterations: 47 }));
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
      const record = recorder();
      writeInputs(execution, program, inputs);
      await execution.run(quietRun({ observer: record.observer }));
      runs.push([record.rows, await readResults(execution, program)]);
    }
    execution.destroy();
    expect(runs[1]).toEqual(runs[0]);
  });

  withDevice('ends when it is cancelled, and what it has stays readable', async (gpu) => {
    const program = descent(endless);
    const execution = await gpu.prepare(program.plan);
    const controller = new AbortController();
    const record = recorder();
    writeInputs(execution, program, inputs);
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
    expect(x?.[0]?.[0]).toBeCloseTo(4 * (1 - rate) ** iterations, 5);
    execution.destroy();
  });

  withDevice('takes a dial from the iteration that it names', async (gpu) => {
    const program = descent({ ...endless, maxIterations: 100 });
    const execution = await gpu.prepare(program.plan);
    const dial = program.plan.buffersOfValue.get(program.plan.dials[0]!.value)![0]!;
    const record = recorder();
    let turnedAt: number | undefined;
    writeInputs(execution, program, inputs);
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
      expect(row[1]).toBeCloseTo(x, 4);
      x *= 1 - (i < (turnedAt as number) ? rate : 0.01);
    });
  });

  withDevice('shows its image while it runs', async (gpu) => {
    const program = descent({ ...endless, maxIterations: 200 });
    const execution = await gpu.prepare(program.plan);
    const images: Float32Array[] = [];
    writeInputs(execution, program, inputs);
    await execution.run(
      quietRun({ previewEveryMs: 1, observer: { preview: (_step, image) => images.push(image) } }),
    );
    execution.destroy();
    expect(images.length).toBeGreaterThan(0);
    const distances = images.map((image) =>
      image.reduce((sum, v, i) => sum + Math.abs(v - (inputs.target.planes[0]?.[i] as number)), 0),
    );
    expect(images[0]?.length).toBe(inputs.target.planes[0]?.length);
    expect(distances.at(-1)).toBeLessThanOrEqual(distances[0] as number);
  });

  withDevice('times every pass and gives the same result', async (gpu) => {
    const program = descent({ ...endless, maxIterations: 12 });
    const plain = await runOn(gpu, program);
    const execution = await gpu.prepare(program.plan);
    writeInputs(execution, program, inputs);
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

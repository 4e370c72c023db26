import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axisAlignedGrid } from '../../../../src/imaging/grid';
import { createCpuDevice } from '../../../../src/runtime/cpu/device';
import {
  type Device,
  DeviceFailure,
  type RunObserver,
  type RunOptions,
} from '../../../../src/runtime/devices';
import type { BufferId, Pass, Step } from '../../../../src/runtime/ir/kernel-graph';
import type { Plan, SlotId } from '../../../../src/runtime/ir/plan';
import { randomField } from '../../../support/case-values';
import {
  descent,
  descentInputs,
  descentRate,
  endless,
  recordRun,
  writeDescentInputs,
} from '../../../support/descent';
import { poolThreadStarter } from '../../../support/pool-threads';
import { type SmallProgram, smallProgram } from '../../../support/run-op';
import { compileRecipe, greedyRecipe, smallGrid } from '../../../support/worked-example';

const quiet = (changes: Partial<RunOptions> = {}): RunOptions => ({
  observer: {},
  signal: new AbortController().signal,
  previewEveryMs: 0,
  ...changes,
});

let spawnThread: Awaited<ReturnType<typeof poolThreadStarter>>;
const devices: Device[] = [];

function deviceOf(threads: number): Device {
  const device = createCpuDevice({ threads, ...(threads > 1 ? { spawnThread } : {}) });
  devices.push(device);
  return device;
}

beforeAll(async () => {
  spawnThread = await poolThreadStarter();
}, 60_000);

afterAll(() => {
  for (const device of devices) device.destroy();
});

describe.each([1, 2])('a run on %i threads', { timeout: 60_000 }, (threads) => {
  it('gives the losses, the outcome and the result that arithmetic gives', async () => {
    const program = descent({
      maxIterations: 500,
      when: [{ kind: 'slope', minimumRelativeSlope: 1e-3, window: 10 }],
    });
    const execution = await deviceOf(threads).prepare(program.plan);
    const record = recordRun();
    writeDescentInputs(execution, program);
    expect(await execution.run(quiet({ observer: record.observer }))).toEqual({ cancelled: false });
    const [outcome] = record.outcomes;
    expect(outcome).toMatchObject({ outcome: 'converged', iterations: record.rows.length });
    expect(outcome?.iterations).toBeLessThan(100);
    record.rows.forEach((row, i) => {
      expect(row[0]).toBeCloseTo(1 + (4 * (1 - descentRate) ** i) ** 2, 4);
    });
    const [twice] = await execution.read(program.results.twice![0]!);
    expect(twice).toBeCloseTo(2 * 4 * (1 - descentRate) ** record.rows.length, 4);
    const steps = program.plan.steps.flatMap((_, i) => [`start ${i}`, `finish ${i}`]);
    expect(record.steps).toEqual(steps);
    execution.destroy();
  });

  it('starts anew when it is run again', async () => {
    const program = descent(endless(25));
    const execution = await deviceOf(threads).prepare(program.plan);
    const results = [];
    for (let i = 0; i < 2; i += 1) {
      const record = recordRun();
      writeDescentInputs(execution, program);
      await execution.run(quiet({ observer: record.observer }));
      results.push([record.rows, await execution.read(program.results.image![0]!)]);
    }
    expect(results[1]).toEqual(results[0]);
  });

  it('sets constants anew that gave their memory away', async () => {
    const plan = reusedConstant();
    const execution = await deviceOf(threads).prepare(plan);
    for (let i = 0; i < 2; i += 1) {
      await execution.run(quiet());
      expect([...(await execution.read(1 as BufferId))]).toEqual([7]);
    }
  });

  it('allocates what the plan says', async () => {
    const { plan } = compileRecipe(greedyRecipe);
    const execution = await deviceOf(threads).prepare(plan!);
    expect(execution.allocatedBytes).toBe(plan!.peakBytes);
  });

  it('ends within a second of being cancelled, what it has staying readable', async () => {
    const program = descent(endless(1_000_000));
    const execution = await deviceOf(threads).prepare(program.plan);
    const record = recordRun();
    const controller = new AbortController();
    writeDescentInputs(execution, program);
    let abortedAt = 0;
    const losses: RunObserver['losses'] = (...report) => {
      record.observer.losses?.(...report);
      if (abortedAt > 0) return;
      abortedAt = performance.now();
      controller.abort();
    };
    const observer = { ...record.observer, losses };
    const run = execution.run(quiet({ signal: controller.signal, observer }));
    expect(await run).toEqual({ cancelled: true });
    expect(performance.now() - abortedAt).toBeLessThan(1000);
    expect(record.outcomes).toEqual([{ outcome: 'cancelled', iterations: record.rows.length }]);
    const image = await execution.read(program.results.image![0]!);
    const target = descentInputs.target.planes[0]!;
    const start = descentInputs.image.planes[0]!;
    const left = (1 - descentRate) ** record.rows.length;
    image.forEach((v, i) => {
      expect(v).toBeCloseTo(target[i]! + left * (start[i]! - target[i]!), 4);
    });
  });

  it('is cancelled from the start where the signal came before', async () => {
    const program = descent(endless(10));
    const execution = await deviceOf(threads).prepare(program.plan);
    const signal = AbortSignal.abort();
    expect(await execution.run(quiet({ signal }))).toEqual({ cancelled: true });
  });

  it('is cancelled before a plan of a single program, and done where the signal comes in it', async () => {
    const program = handMade(
      [8, 8],
      [{ kind: 'program', origin: 'node', passes: [passOf('copy', [0, 1], { count: 8 })] }],
    );
    const execution = await deviceOf(threads).prepare(program);
    const record = recordRun();
    const signal = AbortSignal.abort();
    const before = await execution.run(quiet({ signal, observer: record.observer }));
    expect([before, record.steps]).toEqual([{ cancelled: true }, []]);
    const controller = new AbortController();
    const observer = { ...record.observer, stepStarted: () => controller.abort() };
    expect(await execution.run(quiet({ signal: controller.signal, observer }))).toEqual({
      cancelled: false,
    });
  });

  it('is cancelled, and not done, where the signal comes in the last iteration of a loop', async () => {
    const program = slowLoop(1);
    const loop = program.plan.steps.findIndex(({ kind }) => kind === 'loop');
    const execution = await deviceOf(threads).prepare(program.plan);
    const controller = new AbortController();
    const record = recordRun();
    const stepStarted = (step: number): void => {
      if (step === loop) controller.abort();
    };
    const observer = { ...record.observer, stepStarted };
    expect(await execution.run(quiet({ signal: controller.signal, observer }))).toEqual({
      cancelled: true,
    });
    expect(record.outcomes).toEqual([{ outcome: 'cancelled', iterations: 1 }]);
  });

  it('takes a dial from the iteration that it names', async () => {
    const program = descent(endless(1_000_000));
    const { plan } = program;
    const execution = await deviceOf(threads).prepare(plan);
    const dial = plan.buffersOfValue.get(plan.dials[0]!.value)![0]!;
    const record = recordRun();
    const controller = new AbortController();
    let turnedAt: number | undefined;
    const losses: RunObserver['losses'] = (...report) => {
      record.observer.losses?.(...report);
      if (turnedAt === undefined) turnedAt = execution.setDial(dial, 0.5).iteration;
      else if (record.rows.length > turnedAt + 5) controller.abort();
    };
    writeDescentInputs(execution, program);
    const observer = { ...record.observer, losses };
    await execution.run(quiet({ signal: controller.signal, observer }));
    const turned = record.rows.findIndex((row) => row[1] === 0.5);
    expect(turned).toBeGreaterThan(0);
    expect(record.rows.slice(turned).every((row) => row[1] === 0.5)).toBe(true);
    expect(turned).toBe(turnedAt);
  });

  it('shows its image while it runs', async () => {
    const program = descent(endless(1_000_000));
    const execution = await deviceOf(threads).prepare(program.plan);
    const images: Float32Array[] = [];
    const controller = new AbortController();
    const preview = (_: number, image: Float32Array): void => {
      images.push(image);
      if (images.length === 3) controller.abort();
    };
    writeDescentInputs(execution, program);
    const { signal } = controller;
    await execution.run(quiet({ signal, previewEveryMs: 1, observer: { preview } }));
    const target = descentInputs.target.planes[0]!;
    expect(images.map((image) => image.length)).toEqual([1, 2, 3].map(() => target.length));
    const distances = images.map((image) =>
      image.reduce((sum, v, i) => sum + Math.abs(v - target[i]!), 0),
    );
    expect(distances[2]).toBeLessThanOrEqual(distances[0]!);
  });

  it('fails as a device, and for the right node, where a kernel throws', async () => {
    const device = deviceOf(threads);
    const execution = await device.prepare(brokenPlan);
    const failure = await execution.run(quiet()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DeviceFailure);
    expect(failure).toMatchObject({ reason: 'kernel', origin: 'broken-node' });
    // No thread waits for one that failed: the same pool runs the next plan.
    const program = descent(endless(5));
    const next = await device.prepare(program.plan);
    writeDescentInputs(next, program);
    expect(await next.run(quiet())).toEqual({ cancelled: false });
  });
});

describe('the number of threads', { timeout: 60_000 }, () => {
  const recipes: Readonly<Record<string, Readonly<Record<string, object>>>> = {
    'greedy, local correlation': {},
    'velocities, mutual information, diffusion': {
      model: { type: 'model.svf', version: 1, params: {} },
      lncc: { type: 'similarity.mutual-information', version: 1, params: {} },
    },
    'affine, correlation': {
      model: { type: 'model.affine', version: 1, params: {} },
      lncc: { type: 'similarity.correlation', version: 1, params: {} },
    },
    'rigid, squared differences': {
      model: { type: 'model.rigid', version: 1, params: {} },
      lncc: { type: 'similarity.mean-squared-error', version: 1, params: {} },
    },
  };

  it.each(Object.entries(recipes))('cannot change a bit: %s', async (_, nodes) => {
    const recipe = { ...greedyRecipe, nodes: { ...greedyRecipe.nodes, ...nodes } };
    const plan = compileRecipe(recipe).plan!;
    const results: unknown[] = [];
    for (const threads of [1, 2, 3]) {
      const execution = await deviceOf(threads).prepare(plan);
      plan.inputs.forEach(({ value }, i) => {
        const [values] = randomField(smallGrid, 1, 31 + i, 0.5, 0.5).planes;
        execution.write(plan.buffersOfValue.get(value)![0]!, Float32Array.from(values!));
      });
      const record = recordRun();
      await execution.run(quiet({ observer: record.observer }));
      const buffers = plan.results.flatMap((value) => plan.buffersOfValue.get(value) ?? []);
      results.push([
        record.rows,
        record.outcomes,
        await Promise.all(buffers.map((buffer) => execution.read(buffer))),
      ]);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});

/** A loop whose iteration is longer than the slice after which a lone thread looks up. */
function slowLoop(iterations: number): SmallProgram {
  const image = randomField(axisAlignedGrid([80, 80, 80], [1, 1, 1]), 1, 1);
  return smallProgram({ image }, ({ builder: b }, { image: start }) => {
    const [smooth] = b.loop({
      label: 'slow',
      carried: [start!],
      stop: endless(iterations),
      body([now]) {
        const next = b.gaussian(
          { value: now! },
          { sigmaVoxels: [8, 8, 8], truncate: 4, edges: 'renormalize', transposed: false },
        );
        return { next: [next], losses: [{ name: 'total', value: b.constant([0]) }] };
      },
    });
    return { after: b.scale({ value: smooth! }, { factor: 2 }) };
  });
}

/** A plan over buffers of the given lengths, each with memory of its own unless `slots` says so. */
function handMade(
  elements: readonly number[],
  steps: readonly Step[],
  slots: readonly number[] = elements.map((_, i) => i),
): Plan {
  const bytes = slots.map((slot) => 4 * Math.max(...elements.filter((_, i) => slots[i] === slot)));
  return {
    buffers: elements.map((n, i) => ({ elements: n, type: 'f32', role: 'value', label: `b${i}` })),
    steps,
    buffersOfValue: new Map(),
    inputs: [],
    dials: [],
    constants: [],
    results: [],
    slots: bytes.map((n) => ({ bytes: n })),
    slotOfBuffer: slots as readonly SlotId[],
    peakBytes: bytes.reduce((sum, n) => sum + n, 0),
  };
}

function passOf(kernel: string, buffers: readonly number[], parameters: Pass['parameters']): Pass {
  return { kernel, buffers: buffers as readonly BufferId[], parameters, origin: 'node' };
}

/** Copies beyond the end of a buffer: the last thread fails, the others come to the next barrier. */
const brokenPlan = handMade(
  [100, 60],
  [
    { kind: 'program', origin: 'node', passes: [passOf('copy', [0, 1], { count: 60 })] },
    {
      kind: 'program',
      origin: 'broken-node',
      passes: [passOf('copy', [0, 1], { count: 100 }), passOf('copy', [1, 0], { count: 60 })],
    },
  ],
);

/** Copies a constant, whose memory is then filled with something else. */
function reusedConstant(): Plan {
  const plan = handMade(
    [1, 1, 1],
    [
      {
        kind: 'program',
        origin: 'node',
        passes: [
          passOf('copy', [0, 1], { count: 1 }),
          passOf('fill', [2], { count: 1, number: 3 }),
        ],
      },
    ],
    [0, 1, 0],
  );
  const value = 0 as Plan['results'][number];
  return {
    ...plan,
    constants: [{ value, numbers: [7] }],
    buffersOfValue: new Map([[value, [0 as BufferId]]]),
  };
}

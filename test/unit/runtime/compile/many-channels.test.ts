import { describe, expect, it } from 'vitest';
import { memoryProblems } from '../../../../src/runtime/compile/memory-problems';
import { verifyKernelGraph } from '../../../../src/runtime/compile/verify';
import { createCpuDevice } from '../../../../src/runtime/cpu/device';
import type { Device } from '../../../../src/runtime/devices';
import { InternalError } from '../../../../src/runtime/internal-error';
import type { BufferId, Pass } from '../../../../src/runtime/ir/kernel-graph';
import { passesIn } from '../../../../src/runtime/ir/repeats';
import { cases as manyChannelCases } from '../../../cases/ops/many-channels.cases';
import { manyChannels, search, searchInputs, someChannels } from '../../../support/many-channels';
import { poolThreadStarter } from '../../../support/pool-threads';
import { quietRun, readResults, writeInputs } from '../../../support/run-gpu';
import { programOfCase, runSmallProgram, type SmallProgram } from '../../../support/run-op';

async function runOn(device: Device, program: SmallProgram) {
  const execution = await device.prepare(program.plan);
  writeInputs(execution, program, searchInputs);
  await execution.run(quietRun());
  return { execution, results: await readResults(execution, program) };
}

describe('a value of more channels than lie apart', () => {
  it('lies in one buffer, a plane every so many elements', () => {
    const { plan, inputs } = search();
    const planes = inputs.x!.map((buffer) => plan.buffers[buffer]!);
    const whole = plan.buffers[planes[0]!.within!.whole]!;
    expect(planes.map(({ within }) => within!.whole)).toEqual(
      new Array(manyChannels).fill(planes[0]!.within!.whole),
    );
    expect(planes.map(({ within }) => within!.first)).toEqual([0, 64, 128, 192, 256]);
    expect(planes.map(({ elements }) => elements)).toEqual(new Array(manyChannels).fill(63));
    expect(whole).toMatchObject({ elements: 64 * manyChannels, role: 'input', label: 'x' });
    // What is as small as its planes lies as before.
    expect(search(someChannels(searchInputs, 0, 3)).plan.buffers.some((b) => b.within)).toBe(false);
  });

  it.each([
    ['sharing memory', {}],
    ['with memory of its own each', { alias: false }],
  ])('has in each channel what it would be alone, %s', (_, options) => {
    const together = runSmallProgram(search(searchInputs, options), searchInputs);
    for (let channel = 0; channel < manyChannels; channel += 1) {
      const inputs = someChannels(searchInputs, channel, 1);
      const alone = runSmallProgram(search(inputs), inputs);
      for (const [name, [plane]] of Object.entries(alone)) {
        expect(together[name]![channel], name).toEqual(plane);
      }
    }
  });

  it('is the same on the device, for any number of threads, with inputs that come late', async () => {
    const spawnThread = await poolThreadStarter();
    const expected = runSmallProgram(search(), searchInputs, { doubles: false });
    for (const threads of [1, 2]) {
      const device = createCpuDevice({ threads, spawnThread });
      const { execution, results } = await runOn(
        device,
        search(searchInputs, { lateInputBytes: 0 }),
      );
      for (const [name, planes] of Object.entries(results)) {
        expect(planes.map((plane) => Float64Array.from(plane))).toEqual(expected[name]);
      }
      execution.destroy();
      device.destroy();
    }
  });

  it('outlives its plan plane by plane, and goes on in the next', async () => {
    const device = createCpuDevice({ threads: 1 });
    const program = search();
    const { execution, results } = await runOn(device, program);
    const held = program.results.a!.map((buffer) => execution.hold(buffer));
    expect(await Promise.all(held.map((plane) => plane.read()))).toEqual(results.a);
    const next = await device.prepare(program.plan);
    await Promise.all(program.inputs.x!.map((buffer, i) => next.take(buffer, held[i]!)));
    expect(await Promise.all(program.inputs.x!.map((buffer) => next.read(buffer)))).toEqual(
      results.a,
    );
  });

  it('is refused where the device cannot bind all of it, naming it as one', () => {
    const { plan } = search();
    const [problem] = memoryProblems(plan, { maxBufferBytes: 64 * 4 * 4 }, []);
    expect(problem).toMatchObject({ severity: 'error', code: 'out-of-memory' });
    expect(JSON.stringify(problem)).not.toContain('[0]');
    expect(memoryProblems(plan, { maxBufferBytes: 64 * 4 * manyChannels }, [])).toEqual([]);
  });

  it('may not be read and written in one pass, in whatever plane', () => {
    const { plan, inputs } = search();
    const graphWith = (...passes: readonly Pass[]) => ({
      ...plan,
      steps: [{ kind: 'program', origin: 'test', passes } as const],
    });
    const copy = (from: BufferId, to: BufferId): Pass => ({
      kernel: 'copy',
      buffers: [from, to],
      parameters: { count: 63 },
      origin: 'test',
    });
    const [first, second] = inputs.x as [BufferId, BufferId];
    const check = (...passes: readonly Pass[]) => verifyKernelGraph(graphWith(...passes), 'test');
    expect(() => check(copy(first, second))).toThrow(InternalError);
    expect(() => check(copy(first, inputs.y![1]!))).not.toThrow();
  });
});

describe('an op over twelve channels', () => {
  // Fixed-point sums on the GPU have room for one channel; what is counted once a run need not be fast.
  const byChannel = ['splatPoints', 'countNonFinite'];
  const once = manyChannelCases.filter(
    ({ op, name }) => !byChannel.includes(op) && !name.includes('more than a kernel binds'),
  );

  it.each(once.map((opCase) => [`${opCase.op}: ${opCase.name}`, opCase] as const))(
    '%s computes all of them at once',
    (_, opCase) => {
      const passes = programOfCase(opCase).plan.steps.flatMap((step) => passesIn(step.passes));
      expect(passes.length).toBeLessThan(7);
    },
  );

  it('computes as many as a kernel can bind at a time', () => {
    const tooMany = manyChannelCases.find(({ name }) => name.includes('more than a kernel binds'))!;
    expect(programOfCase(tooMany).plan.steps.flatMap((step) => step.passes).length).toBe(2);
  });
});

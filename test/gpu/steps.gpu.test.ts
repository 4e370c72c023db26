import { describe, expect } from 'vitest';
import { GpuDevice } from '../../src/runtime/gpu/device';
import type { Pass, Step } from '../../src/runtime/ir/kernel-graph';
import type { KernelDefinition } from '../../src/runtime/ops/define-kernel';
import { kernelRegistry } from '../../src/runtime/ops/kernels';
import { testsOnGpu } from '../support/on-gpu';
import { quietRun } from '../support/run-gpu';
import { id, planOf, program } from '../support/small-plan';
import { bind, openSession, run, slices, withoutAffine } from '../support/small-session';

const fill = (number: number): Omit<Pass, 'origin'> => ({
  kernel: 'fill',
  buffers: [id(0)],
  parameters: { count: 8, number },
});

/** A device cannot do this: one buffer is read and written at once. */
const inPlace: Omit<Pass, 'origin'> = {
  kernel: 'copy',
  buffers: [id(0), id(0)],
  parameters: { count: 8 },
};

const moves400MiB = { bytes: 400 * 2 ** 20, operations: 0 };

describe('steps on the GPU', () => {
  // Some lose it, some change it.
  const withDevice = testsOnGpu(true);

  withDevice('follow each other without waiting, and are told of in order', async (gpu) => {
    const { queue } = gpu.device;
    const isDone = queue.onSubmittedWorkDone.bind(queue);
    const began: number[] = [];
    let allBegan = (): void => undefined;
    const lastBegan = new Promise<void>((resolve) => {
      allBegan = resolve;
    });
    // Whoever waits for one step before it submits the next waits for ever.
    queue.onSubmittedWorkDone = async () => {
      await lastBegan;
      return isDone();
    };
    const finished: number[] = [];
    const plan = planOf([[8, 'f32']], program(fill(1)), program(fill(2)), program(fill(3)));
    const execution = await gpu.prepare(plan);
    await execution.run(
      quietRun({
        observer: {
          stepStarted(step) {
            began.push(step);
            if (step === 2) allBegan();
          },
          stepFinished: (step) => void finished.push(step),
        },
      }),
    );
    expect(began).toEqual([0, 1, 2]);
    expect(finished).toEqual([0, 1, 2]);
    expect(await execution.read(id(0))).toEqual(new Float32Array(8).fill(3));
    execution.destroy();
  });

  withDevice('that move much are waited for before more joins them', async (gpu) => {
    const { queue } = gpu.device;
    const isDone = queue.onSubmittedWorkDone.bind(queue);
    const submit = queue.submit.bind(queue);
    const order: string[] = [];
    queue.onSubmittedWorkDone = async () => {
      await isDone();
      order.push('done');
    };
    queue.submit = (buffers) => {
      order.push('submit');
      return submit(buffers);
    };
    // It says that it moves 400 MiB: a third one is more than a card does in a moment.
    const heavy = { ...(kernelRegistry.get('fill') as KernelDefinition), cost: () => moves400MiB };
    const kernels = new Map([...kernelRegistry, [heavy.name, heavy]]);
    const device = new GpuDevice(gpu.device, gpu.name, gpu.keepAlive, { kernels });
    const step = program(fill(1));
    const execution = await device.prepare(planOf([[8, 'f32']], step, step, step));
    await execution.run(quietRun());
    expect(order.slice(0, 3)).toEqual(['submit', 'submit', 'done']);
    expect(order.slice(3).toSorted()).toEqual(['done', 'done', 'submit']);
    execution.destroy();
  });

  withDevice('that the device refuses are put down to the node of the pass', async (gpu) => {
    const step: Step = {
      kind: 'program',
      origin: 'register',
      passes: [
        { ...fill(1), origin: 'register' },
        { ...inPlace, origin: 'lncc' },
      ],
    };
    const finished: number[] = [];
    const execution = await gpu.prepare(
      planOf([[8, 'f32']], program(fill(0)), step, program(fill(2))),
    );
    await expect(
      execution.run(quietRun({ observer: { stepFinished: (index) => void finished.push(index) } })),
    ).rejects.toMatchObject({ name: 'DeviceFailure', reason: 'kernel', origin: 'lncc' });
    expect(finished).not.toContain(1);
    expect(finished).not.toContain(2);
    execution.destroy();
  });

  withDevice('of a registration: a device that fails in LNCC shows at LNCC', async (gpu) => {
    const lncc = kernelRegistry.get('lncc-partials-and-adjoint') as KernelDefinition;
    const tooMany: KernelDefinition = {
      ...lncc,
      // More workgroups than two dimensions hold.
      gpu: { ...(lncc.gpu as { source: string; threads: () => number }), threads: () => 2 ** 50 },
    };
    const kernels = new Map([...kernelRegistry, [tooMany.name, tooMany]]);
    const failing = new GpuDevice(gpu.device, gpu.name, gpu.keepAlive, { kernels });
    const session = openSession({ devices: [{ kind: 'gpu', open: async () => failing }] });
    const recipe = withoutAffine(slices());
    const { result, states } = await run(session, recipe, await bind(session), undefined, 'gpu');
    expect(result.status).toBe('failed');
    const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors).toMatchObject([{ at: { nodeId: 'local-correlation' } }]);
    expect(states.get('local-correlation')?.at(-1)).toBe('failed');
    await session.destroy();
  });
});

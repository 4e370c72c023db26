import { describe, expect } from 'vitest';
import { DeviceFailure } from '../../src/runtime/devices';
import { GpuDevice } from '../../src/runtime/gpu/device';
import type { Pass, Step } from '../../src/runtime/ir/kernel-graph';
import { defineKernel, type KernelDefinition } from '../../src/runtime/ops/define-kernel';
import { type KernelRegistry, kernelRegistry } from '../../src/runtime/ops/kernels';
import { type TestOnGpu, testsOnGpu } from '../support/on-gpu';
import { quietRun } from '../support/run-gpu';
import { id, planOf, program } from '../support/small-plan';

const free = () => ({ bytes: 0, operations: 0 });

const reverseOnHost = defineKernel({
  name: 'reverse-on-host',
  bindings: { source: 'read', value: 'write', count: 'update i32' },
  parameters: {},
  cpu(b) {
    b.value.set(Float32Array.from(b.source).reverse());
    b.count[0] = (b.count[0] ?? 0) + b.source.length;
  },
  gpu: 'host',
  cost: free,
});

const sumOfPresent = defineKernel({
  name: 'sum-of-present',
  bindings: { a: 'read?', b: 'read?', first: 'write?', second: 'write?', value: 'write' },
  parameters: { hasA: 'i32', hasB: 'i32' },
  cpu: () => {},
  gpu: {
    source: `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = weft_index(gid, groups);
  if (i >= arrayLength(&value)) { return; }
  var sum = 0.0;
  if (params.hasA != 0) { sum += a[i]; }
  if (params.hasB != 0) { sum += b[i]; }
  value[i] = sum;
  if (i == 0u) { first[0] = sum; second[0] = sum; }
}`,
    threads: () => 3,
  },
  cost: free,
});

const broken = defineKernel({
  name: 'broken',
  bindings: { value: 'write' },
  parameters: {},
  cpu: () => {},
  gpu: {
    source: '// uses: voxel-index\n\n@compute @workgroup_size(1) fn main() { value[0] = nothing; }',
    threads: () => 1,
  },
  cost: free,
});

const failsOnHost = defineKernel({
  name: 'fails-on-host',
  bindings: { value: 'write' },
  parameters: {},
  cpu() {
    throw new Error('not today');
  },
  gpu: 'host',
  cost: free,
});

const kernels: KernelRegistry = new Map([
  ...kernelRegistry,
  ...[reverseOnHost, sumOfPresent, broken, failsOnHost].map(
    (kernel) => [kernel.name, kernel as unknown as KernelDefinition] as const,
  ),
]);

describe('the GPU device', () => {
  // A device of its own for each test: some lose it.
  const testWithDevice = testsOnGpu(true);
  const withDevice: TestOnGpu = (name, body) =>
    testWithDevice(name, (opened) =>
      body(new GpuDevice(opened.device, opened.name, opened.keepAlive, { kernels })),
    );

  withDevice('names itself and its limits', async (device) => {
    expect(device.name.length).toBeGreaterThan(3);
    expect(device.limits.maxBufferBytes).toBeGreaterThanOrEqual(128 * 2 ** 20);
  });

  withDevice('reaches every element beyond the workgroups of one dimension', async (device) => {
    const count = 65535 * 64 + 12345;
    const fill = { kernel: 'fill', buffers: [id(0)], parameters: { count, number: 2.5 } };
    const execution = await device.prepare(planOf([[count, 'f32']], program(fill)));
    await execution.run(quietRun());
    const values = await execution.read(id(0));
    expect(values.length).toBe(count);
    expect(values.every((value) => value === 2.5)).toBe(true);
    execution.destroy();
  });

  withDevice('runs kernels without WGSL on the host, in order with the others', async (device) => {
    const execution = await device.prepare(
      planOf(
        [
          [3, 'f32'],
          [3, 'f32'],
          [1, 'i32'],
          [3, 'f32'],
        ],
        program(
          { kernel: 'reverse-on-host', buffers: [id(0), id(1), id(2)], parameters: {} },
          { kernel: 'copy', buffers: [id(1), id(3)], parameters: { count: 3 } },
          { kernel: 'reverse-on-host', buffers: [id(3), id(1), id(2)], parameters: {} },
        ),
      ),
    );
    execution.write(id(0), Float32Array.of(1, 2, 3));
    await execution.run(quietRun());
    expect([...(await execution.read(id(3)))]).toEqual([3, 2, 1]);
    expect([...(await execution.read(id(1)))]).toEqual([1, 2, 3]);
    expect(new Int32Array((await execution.read(id(2))).buffer)[0]).toBe(6);
    execution.destroy();
  });

  withDevice('binds something for optional buffers that are absent', async (device) => {
    const pass = (hasA: number, hasB: number): Omit<Pass, 'origin'> => ({
      kernel: 'sum-of-present',
      buffers: [hasA ? id(0) : null, hasB ? id(1) : null, null, null, id(2)],
      parameters: { hasA, hasB },
    });
    for (const [hasA, hasB, wanted] of [
      [1, 1, 11],
      [1, 0, 1],
      [0, 1, 10],
      [0, 0, 0],
    ] as const) {
      const plan = planOf(
        [
          [3, 'f32'],
          [3, 'f32'],
          [3, 'f32'],
        ],
        program(pass(hasA, hasB)),
      );
      const execution = await device.prepare(plan);
      execution.write(id(0), new Float32Array(3).fill(1));
      execution.write(id(1), new Float32Array(3).fill(10));
      await execution.run(quietRun());
      expect([...(await execution.read(id(2)))]).toEqual([wanted, wanted, wanted]);
      execution.destroy();
    }
  });

  withDevice('submits a plain program at once', async (device) => {
    const fill = { kernel: 'fill', buffers: [id(0)], parameters: { count: 5, number: 7 } };
    const execution = await device.prepare(planOf([[5, 'f32']], program(fill)));
    execution.submit();
    expect(await execution.read(id(0))).toEqual(new Float32Array(5).fill(7));
    execution.destroy();
  });

  withDevice('allocates what the plan says, within a few kilobytes', async (device) => {
    const fill = { kernel: 'fill', buffers: [id(0)], parameters: { count: 1000, number: 0 } };
    const plan = planOf([[1_000_000, 'f32']], program(fill));
    const execution = await device.prepare(plan);
    expect(execution.allocatedBytes).toBeGreaterThanOrEqual(plan.peakBytes);
    expect(execution.allocatedBytes).toBeLessThan(plan.peakBytes + 4096);
    execution.destroy();
  });

  withDevice('says where a kernel does not compile and for which node', async (device) => {
    const plan = planOf(
      [[1, 'f32']],
      program({ kernel: 'broken', buffers: [id(0)], parameters: {} }),
    );
    const failure = await device.prepare(plan).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DeviceFailure);
    expect(failure).toMatchObject({ reason: 'kernel', origin: 'node' });
    expect((failure as Error).message).toContain('broken:3:');
    // The device is still good.
    const fill = { kernel: 'fill', buffers: [id(0)], parameters: { count: 1, number: 1 } };
    const execution = await device.prepare(planOf([[1, 'f32']], program(fill)));
    await execution.run(quietRun());
    execution.destroy();
  });

  withDevice(
    'prepares and runs a plan at once, and says later what is wrong with one',
    async (device) => {
      const fill = { kernel: 'fill', buffers: [id(0)], parameters: { count: 1, number: 7 } };
      const plan = planOf([[1, 'f32']], program(fill));
      const execution = device.prepareNow(plan);
      execution.submit();
      expect(await execution.read(id(0))).toEqual(Float32Array.of(7));
      execution.destroy();

      const broken = { kernel: 'broken', buffers: [id(0)], parameters: {} };
      device.prepareNow(planOf([[1, 'f32']], program(broken))).destroy();
      await device.device.queue.onSubmittedWorkDone();
      expect(() => device.prepareNow(plan)).toThrow(DeviceFailure);
      // Who waits for it is told what it is, though it was compiled before; the device is still good.
      await expect(device.prepare(planOf([[1, 'f32']], program(broken)))).rejects.toThrow(
        'broken:3:',
      );
      device.prepareNow(plan).destroy();
    },
  );

  withDevice('refuses a buffer that the device cannot bind', async (device) => {
    const elements = device.limits.maxBufferBytes / 4 + 1;
    const fill = { kernel: 'fill', buffers: [id(0)], parameters: { count: 1, number: 1 } };
    await expect(device.prepare(planOf([[elements, 'f32']], program(fill)))).rejects.toMatchObject({
      name: 'DeviceFailure',
      reason: 'out-of-memory',
    });
  });

  withDevice('turns an error that nobody caught into a failure of the node', async (device) => {
    const inPlace = { kernel: 'copy', buffers: [id(0), id(0)], parameters: { count: 8 } };
    // The pass is another node's than the step, as an objective's is in a registration.
    const step: Step = { ...program(inPlace), origin: 'register' };
    const execution = await device.prepare(planOf([[8, 'f32']], step));
    await expect(execution.run(quietRun())).rejects.toMatchObject({
      name: 'DeviceFailure',
      reason: 'kernel',
      origin: 'node',
    });
    execution.destroy();
  });

  withDevice('puts a kernel that fails on the host down to its own node', async (device) => {
    const fails = { kernel: 'fails-on-host', buffers: [id(0)], parameters: {} };
    const step: Step = { ...program(fails), origin: 'register' };
    const execution = await device.prepare(planOf([[8, 'f32']], step));
    await expect(execution.run(quietRun())).rejects.toMatchObject({
      name: 'DeviceFailure',
      reason: 'kernel',
      message: 'not today',
      origin: 'node',
    });
    execution.destroy();
  });

  withDevice('reports the loss of the device on the node that was running', async (device) => {
    const fill = { kernel: 'fill', buffers: [id(0)], parameters: { count: 8, number: 1 } };
    const execution = await device.prepare(planOf([[8, 'f32']], program(fill), program(fill)));
    const run = execution.run(
      quietRun({
        observer: { stepStarted: (step) => void (step === 1 && device.device.destroy()) },
      }),
    );
    await expect(run).rejects.toMatchObject({
      name: 'DeviceFailure',
      reason: 'lost',
      origin: 'node',
    });
    await expect(execution.run(quietRun())).rejects.toMatchObject({ reason: 'lost' });
  });
});

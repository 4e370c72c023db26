import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeRegistry } from '../../../../src/nodes/index';
import { createCpuDevice } from '../../../../src/runtime/cpu/device';
import type { PoolThread } from '../../../../src/runtime/cpu/pool-worker';
import { deviceOpeners } from '../../../../src/runtime/device-openers';
import type { Device, Execution, RunOptions } from '../../../../src/runtime/devices';
import { createSession } from '../../../../src/runtime/session';
import { descent, endless, writeDescentInputs } from '../../../support/descent';
import { poolThreadStarter } from '../../../support/pool-threads';
import { bind, run, slices } from '../../../support/small-session';

const quiet: RunOptions = {
  observer: {},
  signal: new AbortController().signal,
  previewEveryMs: 0,
};

let spawnThread: Awaited<ReturnType<typeof poolThreadStarter>>;
const devices: Device[] = [];

beforeAll(async () => {
  spawnThread = await poolThreadStarter();
}, 60_000);

afterAll(() => {
  for (const device of devices) device.destroy();
});

/** A device on two threads, the second of which is `second` of the real one. */
function deviceWith(second: (real: PoolThread, spawned: number) => PoolThread): Device {
  let spawned = 0;
  const device = createCpuDevice({
    threads: 2,
    spawnThread() {
      spawned += 1;
      return spawned % 2 === 0 ? second(spawnThread(), spawned) : spawnThread();
    },
  });
  devices.push(device);
  return device;
}

async function start(device: Device, iterations: number): Promise<Execution> {
  const program = descent(endless(iterations));
  const execution = await device.prepare(program.plan);
  writeDescentInputs(execution, program);
  return execution;
}

describe('a pool of which one thread ends', { timeout: 20_000 }, () => {
  it('in a run: is lost, the others do not wait, and the next run has a new pool', async () => {
    const threads: PoolThread[] = [];
    const device = deviceWith((real) => {
      threads.push(real);
      return real;
    });
    const run = (await start(device, 100_000_000)).run(quiet);
    setTimeout(() => threads[0]?.terminate(), 100);
    await expect(run).rejects.toMatchObject({ reason: 'lost' });
    expect(await (await start(device, 5)).run(quiet)).toEqual({ cancelled: false });
    expect(threads.length).toBe(2);
  });

  it('between two runs: is known, and the next run has a new pool', async () => {
    const threads: PoolThread[] = [];
    let ended: Promise<unknown> = Promise.resolve();
    const device = deviceWith((real) => {
      threads.push(real);
      return {
        ...real,
        onFailure(handler) {
          ended = new Promise((resolve) => {
            real.onFailure((reason) => {
              handler(reason);
              resolve(reason);
            });
          });
        },
      };
    });
    const execution = await start(device, 5);
    expect(await execution.run(quiet)).toEqual({ cancelled: false });
    threads[0]?.terminate();
    expect(await ended).toMatch(/ended/);
    // What was prepared on the old pool fails, and does not hang.
    await expect(execution.run(quiet)).rejects.toMatchObject({ reason: 'lost' });
    expect(await (await start(device, 5)).run(quiet)).toEqual({ cancelled: false });
  });

  it('takes no work: is lost at once', async () => {
    const device = deviceWith((real, spawned) => ({
      ...real,
      post(message) {
        if (spawned === 2) throw new DOMException('It cannot be cloned.', 'DataCloneError');
        real.post(message);
      },
    }));
    await expect((await start(device, 5)).run(quiet)).rejects.toMatchObject({
      reason: 'lost',
      message: expect.stringContaining('It cannot be cloned.'),
    });
    expect(await (await start(device, 5)).run(quiet)).toEqual({ cancelled: false });
  });

  it('does not start: is lost, with the reason', async () => {
    const device = deviceWith(() => {
      throw new Error('No more threads.');
    });
    await expect(start(device, 5)).rejects.toMatchObject({
      reason: 'lost',
      message: expect.stringContaining('No more threads.'),
    });
  });

  it('cannot be begun before a run: the run begins it, or says why not', async () => {
    let asked = 0;
    const device = deviceWith(() => {
      asked += 1;
      if (asked < 3) throw new Error('No more threads.');
      return spawnThread();
    });
    device.expectRun?.();
    expect(asked).toBe(1);
    await expect(start(device, 5)).rejects.toMatchObject({ reason: 'lost' });
    device.expectRun?.();
    device.expectRun?.();
    const execution = await start(device, 5);
    expect(asked).toBe(3);
    expect(await execution.run(quiet)).toEqual({ cancelled: false });
  });

  it('in a run of a recipe: it has failed at its node, with a diagnostic, and the next is done', async () => {
    const threads: PoolThread[] = [];
    const session = createSession({
      registry: nodeRegistry,
      devices: deviceOpeners({
        gpu: undefined,
        threads: 2,
        spawnThread() {
          const thread = spawnThread();
          threads.push(thread);
          return thread;
        },
      }),
    });
    const bindings = await bind(session);
    const levels = (iterations: number) => ({
      'field-levels': { shrink: [2], iterations: [iterations], convergence: 0 },
    });
    const { result } = await run(session, slices(levels(10_000)), bindings, ({ losses }) => {
      if (losses.length > 0) threads[1]?.terminate();
    });
    expect(result).toMatchObject({
      status: 'failed',
      diagnostics: [{ severity: 'error', code: 'device', at: { nodeId: 'greedy' } }],
    });
    expect((await run(session, slices(levels(3)), bindings)).result.status).toBe('done');
    await session.destroy();
  });
});

import { describe, expect, it } from 'vitest';
import type { DeviceKind } from '../../../../src/runtime/api/engine/engine-api';
import { createCpuDevice } from '../../../../src/runtime/cpu/device';
import { deviceOpeners } from '../../../../src/runtime/device-openers';
import { type Device, DeviceFailure, type DeviceOpener } from '../../../../src/runtime/devices';
import { SessionDevices } from '../../../../src/runtime/session/devices-of-session';
import { bind, cached, openSession, run, slices } from '../../../support/small-session';

const cpu: DeviceOpener = { kind: 'cpu', open: async () => createCpuDevice({ threads: 1 }) };

/** The CPU device under another name, with changes. */
function disguised(changes: Partial<Device>): DeviceOpener {
  return {
    kind: 'gpu',
    open: async () => ({ ...createCpuDevice({ threads: 1 }), kind: 'gpu', ...changes }),
  };
}

describe('the devices of a session', { timeout: 60_000 }, () => {
  it('are asked again where asking failed, and auto takes another meanwhile', async () => {
    let asked = 0;
    const devices = new SessionDevices([
      {
        kind: 'gpu',
        async open() {
          asked += 1;
          throw new TypeError('The driver is being replaced.');
        },
      },
      cpu,
    ]);
    expect(await devices.choose('auto')).toMatchObject({ kind: 'cpu' });
    expect(await devices.choose('gpu')).toMatchObject({
      missingBecause: expect.stringContaining('The driver is being replaced.'),
    });
    expect(asked).toBe(2);
    expect(await devices.describe()).toMatchObject({
      devices: [{ kind: 'cpu' }],
      missing: [{ kind: 'gpu' }],
      threads: 1,
    });
  });

  it('survive a graphics library that refuses', async () => {
    const requestAdapter = () => Promise.reject(new Error('Refused.'));
    const gpu = { requestAdapter } as unknown as GPU;
    const devices = new SessionDevices(deviceOpeners({ gpu, spawnThread: undefined, threads: 1 }));
    expect(await devices.choose('gpu')).toMatchObject({
      missingBecause: expect.stringContaining('Refused.'),
    });
    expect(await devices.choose('auto')).toMatchObject({ kind: 'cpu' });
  });

  it('are passed over by auto where they are another in disguise, and opened anew once lost', async () => {
    const real = new SessionDevices([disguised({ name: 'Card' }), cpu]);
    expect(await real.choose('auto')).toMatchObject({ name: 'Card' });
    const emulated = new SessionDevices([disguised({ isEmulated: true }), cpu]);
    expect(await emulated.choose('auto')).toMatchObject({ kind: 'cpu' });
    const lasting = new SessionDevices([disguised({}), cpu]);
    const before = await lasting.open('gpu');
    expect(await lasting.open('gpu')).toBe(before);
    Object.assign(before, { isLost: true });
    expect(await lasting.open('gpu')).not.toBe(before);
  });

  it('may be any: a third is an opener', async () => {
    const kind = 'abacus' as DeviceKind;
    const abacus: DeviceOpener = {
      kind,
      open: async () => ({ ...createCpuDevice({ threads: 1 }), kind, name: 'Abacus' }),
    };
    const session = openSession({ devices: [abacus, cpu] });
    const { devices } = await session.describe();
    expect(devices.map((device) => device.kind)).toEqual([kind, 'cpu']);
    const bindings = await bind(session);
    const documentText = JSON.stringify(slices());
    const result = await session.run(
      { runId: 'third', documentText, bindings, device: 'auto' },
      () => undefined,
    );
    expect(result).toMatchObject({ status: 'done', device: kind, deviceName: 'Abacus' });
  });
});

describe('memory', { timeout: 60_000 }, () => {
  it('that a plan needs is measured against the machine before anything runs', async () => {
    const devices = deviceOpeners({
      gpu: undefined,
      spawnThread: undefined,
      threads: 1,
      memoryBytes: 2 ** 19,
    });
    const session = openSession({ devices });
    await session.describe();
    const { result } = await run(session, slices(), await bind(session));
    expect(result).toMatchObject({ status: 'failed', diagnostics: [{ code: 'out-of-memory' }] });
    const remedy = result.diagnostics[0]?.remedy ?? '';
    expect(remedy).toContain('coarser level');
    expect(remedy).not.toMatch(/crop|another device/);
  });

  it('that runs out is said with what needs most, and what was finished is kept', async () => {
    const failing: DeviceOpener = {
      kind: 'cpu',
      async open() {
        const device = createCpuDevice({ threads: 1 });
        return {
          ...device,
          async prepare(plan) {
            const execution = await device.prepare(plan);
            const run = execution.run.bind(execution);
            execution.run = async (options) => {
              const stop = new AbortController();
              const losses = () => stop.abort();
              const observer = { ...options.observer, losses };
              await run({ ...options, observer, signal: stop.signal });
              throw new DeviceFailure('out-of-memory', 'No more.', 'greedy');
            };
            return execution;
          },
        };
      },
    };
    const session = openSession({ devices: [failing] });
    const bindings = await bind(session);
    // Long enough not to end within the slice of time in which the losses are told.
    const long = slices({ 'field-levels': { shrink: [1], iterations: [5000], convergence: 0 } });
    const failed = await run(session, long, bindings);
    expect(failed.result.diagnostics).toMatchObject([
      { code: 'out-of-memory', at: { nodeId: 'greedy' } },
    ]);
    expect(failed.result.diagnostics[0]?.message).toContain('Largest: ');
    expect(failed.states.get('greedy')?.at(-1)).toBe('failed');
    expect(failed.states.get('warp-image')?.at(-1)).toBe('cancelled');
    expect(cached(await run(session, slices(), bindings))).toContain('normalize-fixed');
  });
});

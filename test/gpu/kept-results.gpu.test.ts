import { expect, it } from 'vitest';
import { deviceOpeners } from '../../src/runtime/device-openers';
import { requestTestGpu } from '../support/gpu';
import { bind, computed, numbersOf, openSession, run, slices } from '../support/small-session';

/** The same entry point, with the buffers of its devices counted while they live. */
function watched(gpu: GPU, live: Map<GPUBuffer, number>): GPU {
  const requestAdapter = async (options?: GPURequestAdapterOptions) => {
    const adapter = await gpu.requestAdapter(options);
    if (!adapter) return null;
    const requestDevice = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async (descriptor) => {
      const device = await requestDevice(descriptor);
      const createBuffer = device.createBuffer.bind(device);
      device.createBuffer = (wanted) => {
        const buffer = createBuffer(wanted);
        const destroy = buffer.destroy.bind(buffer);
        live.set(buffer, wanted.size);
        buffer.destroy = () => {
          live.delete(buffer);
          return destroy();
        };
        return buffer;
      };
      return device;
    };
    return adapter;
  };
  return { requestAdapter } as unknown as GPU;
}

it('results stay on the GPU: read on demand, taken by the next run, freed when given back', async (context) => {
  const found = await requestTestGpu();
  if ('skipped' in found) return context.skip(found.skipped);
  found.device.destroy();
  const live = new Map<GPUBuffer, number>();
  const session = openSession({
    devices: deviceOpeners({ gpu: watched(found.gpu, live), spawnThread: undefined, threads: 1 }),
  });
  const bindings = await bind(session);
  const first = await run(session, slices(), bindings, undefined, 'gpu');
  expect(first.result).toMatchObject({ status: 'done', device: 'gpu' });
  const bytes = [...live.values()].reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(first.result.peakBytes);
  const warped = await numbersOf(session, first.result, 'greedy', 'warped');
  expect(warped.some((value) => value !== 0)).toBe(true);
  const difference = slices({ checkerboard: { sizeVoxels: 8 } });
  const second = await run(session, difference, bindings, undefined, 'gpu');
  expect(computed(second)).toEqual(['checkerboard']);
  expect(second.result.metrics).toEqual(first.result.metrics);
  expect(await numbersOf(session, second.result, 'greedy', 'warped')).toEqual(warped);
  const [before, after] = [
    await numbersOf(session, first.result, 'checkerboard', 'image'),
    await numbersOf(session, second.result, 'checkerboard', 'image'),
  ];
  expect(after).not.toEqual(before);
  const handles = [...first.result.outputs, ...second.result.outputs].map(({ handle }) => handle);
  await session.release(handles);
  expect(live.size).toBe(0);
  await session.destroy();
});

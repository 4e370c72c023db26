import { afterAll, afterEach, beforeAll, beforeEach, it, type TestContext } from 'vitest';
import { GpuDevice } from '../../src/runtime/gpu/device';
import { openTestDevice } from './run-gpu';

/** Declares a test that is given a device, or is skipped with the reason why there is none. */
export type TestOnGpu = (name: string, body: (device: GpuDevice) => Promise<void>) => void;

/**
 * Tests of the `describe` in which it is called that share a device.
 * @param anew opens one for each of them: for tests that lose it, or change it
 */
export function testsOnGpu(anew = false): TestOnGpu {
  let device: Awaited<ReturnType<typeof openTestDevice>>;
  const open = async (): Promise<void> => {
    device = await openTestDevice();
  };
  const close = (): void => {
    if (device instanceof GpuDevice) device.destroy();
  };
  if (anew) {
    beforeEach(open);
    afterEach(close);
  } else {
    beforeAll(open);
    afterAll(close);
  }
  return (name, body) => {
    it(name, async (context: TestContext) => {
      if (!(device instanceof GpuDevice)) return context.skip(device.skipped);
      await body(device);
    });
  };
}

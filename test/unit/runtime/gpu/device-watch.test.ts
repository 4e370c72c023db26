import { expect, it } from 'vitest';
import { DeviceFailure } from '../../../../src/runtime/devices';
import { DeviceWatch } from '../../../../src/runtime/gpu/device-watch';

/** A device that reports what it is told to. */
function fakeDevice() {
  const target = new EventTarget();
  const device = Object.assign(target, { lost: new Promise(() => undefined) });
  const report = (message: string): void => {
    const event = Object.assign(new Event('uncapturederror'), { error: { message } });
    target.dispatchEvent(event);
  };
  return { device: device as unknown as GPUDevice, report };
}

function failureOf(watch: DeviceWatch): DeviceFailure {
  try {
    watch.check();
  } catch (error) {
    if (error instanceof DeviceFailure) return error;
    throw error;
  }
  throw new Error('Nothing was reported.');
}

it('names the node of the pass that an error names, and else none', () => {
  const { device, report } = fakeDevice();
  const watch = new DeviceWatch(device);
  watch.originOfLabel = new Map([
    ['lncc/window', 'lncc'],
    ['lncc-2/window-x', 'lncc-2'],
  ]);
  report('Too large - While validating [BindGroup "lncc-2/window-x"].');
  expect(failureOf(watch).origin).toBe('lncc-2');
  report('Too large - While encoding [ComputePassEncoder "register/level 1 of 3"].');
  expect(failureOf(watch).origin).toBeUndefined();
});

import { expect, it } from 'vitest';
import { deviceOpeners } from '../../src/runtime/device-openers';
import { requestTestGpu } from '../support/gpu';
import { openSession } from '../support/small-session';
import { deformedContrasts, registerContrasts, twoContrasts } from '../support/two-contrasts';

it('finds on the GPU what each of two channels shows of one half', async (context) => {
  const found = await requestTestGpu();
  if ('skipped' in found) return context.skip(found.skipped);
  found.device.destroy();
  const session = openSession({
    devices: deviceOpeners({ gpu: found.gpu, spawnThread: undefined, threads: 1 }),
  });
  const truth = deformedContrasts(twoContrasts());
  const onGpu = await registerContrasts(session, truth, ['one', 'both'], 'gpu');
  const onCpu = await registerContrasts(session, truth, ['one', 'both'], 'cpu');
  await session.destroy();
  expect(onGpu.errors.left).toBeLessThan(0.3);
  expect(onGpu.errors.right).toBeLessThan(0.3);
  expect(onGpu.errors.left).toBeCloseTo(onCpu.errors.left, 2);
  expect(onGpu.errors.right).toBeCloseTo(onCpu.errors.right, 2);
});

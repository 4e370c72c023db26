import { expect, it, vi } from 'vitest';
import { createCpuDevice } from '../../../../src/runtime/cpu/device';
import { openTensorFlow } from '../../../../src/runtime/networks/tensorflow';
import { slicePair, startTraining, twentyLosses } from '../../../support/network';

const device = createCpuDevice({ threads: 1 });

it('trains two convolutions on wired LNCC and diffusion, silently, and frees what it used', {
  timeout: 120_000,
}, async () => {
  const printers = (['log', 'info', 'warn', 'error'] as const).map((level) =>
    vi.spyOn(console, level),
  );
  const tf = await openTensorFlow(device);
  // The process has one engine, which other files use too.
  const before = tf.memory().numTensors;
  const pair = slicePair();
  const run = async () => {
    const training = await startTraining(tf, device, pair);
    const losses = await twentyLosses(training);
    training.destroy();
    return losses;
  };

  const losses = await run();
  expect(losses).toHaveLength(20);
  expect(losses.at(-1)).toBeLessThan((losses[0] as number) - 0.1);
  // Equal to the last bit: initial weights are seeded, sums have an order.
  expect(await run()).toEqual(losses);

  expect(tf.memory().numTensors).toBe(before);
  for (const printer of printers) expect(printer).not.toHaveBeenCalled();
});

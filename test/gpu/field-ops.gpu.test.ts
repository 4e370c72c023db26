import type { Tensor } from '@tensorflow/tfjs';
import { afterEach, beforeEach, expect, it, type MockInstance, vi } from 'vitest';
import { createCpuDevice } from '../../src/runtime/cpu/device';
import type { Device } from '../../src/runtime/devices';
import type { GpuDevice } from '../../src/runtime/gpu/device';
import { createFieldOps } from '../../src/runtime/networks/field-ops';
import {
  closeTensorFlow,
  openTensorFlow,
  type TensorFlow,
} from '../../src/runtime/networks/tensorflow';
import { fieldLosses, startFieldTraining } from '../support/field-network';
import { fieldOpCases, scatteredTensor } from '../support/field-ops';
import { relativeDifference } from '../support/network';
import { openTestDevice } from '../support/run-gpu';

const cpu = createCpuDevice({ threads: 1 });

let gpu: GpuDevice;
let tf: TensorFlow | undefined;

beforeEach(async (context) => {
  const found = await openTestDevice();
  if ('skipped' in found) return context.skip(found.skipped);
  gpu = found;
});

afterEach(() => {
  if (!gpu) return;
  if (tf) closeTensorFlow(tf);
  gpu.destroy();
});

/** Value and gradients of every op on a device; each is asked twice, for what is kept between. */
async function results(device: Device, space: readonly number[], names: readonly string[]) {
  const open = await openTensorFlow(device);
  tf = open;
  open.engine().startScope();
  const ops = createFieldOps(open, device, { verify: true });
  const found: Record<string, Float32Array> = {};
  for (const [name, make] of Object.entries(fieldOpCases(open, ops, space))) {
    if (!names.includes(name)) continue;
    const { inputs, apply } = make();
    const output = apply(...inputs);
    apply(...inputs.map((input) => input.neg())).dispose();
    const loss = (...given: Tensor[]) =>
      open.sum(open.mul(apply(...given), scatteredTensor(open, output.shape, { seed: 5 })));
    for (const [index, tensor] of [output, ...open.grads(loss)(inputs)].entries()) {
      found[`${name}, ${index === 0 ? 'value' : `gradient ${index - 1}`}`] =
        (await tensor.data()) as Float32Array;
    }
  }
  ops.destroy();
  open.engine().endScope();
  return found;
}

it.each([
  ['a slice', [2, 5, 6], ['warp']],
  [
    'a volume',
    [1, 3, 4, 5],
    ['warp of channels, coarse', 'exponentiate, coarse', 'compose', 'resize', 'smooth', 'affine'],
  ],
] as const)('gives on %s what the CPU device gives', async (_, space, names) => {
  const expected = await results(cpu, space, names);
  gpu.device.pushErrorScope('validation');
  const found = await results(gpu, space, names);
  expect(await gpu.device.popErrorScope()).toBeNull();
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(found)) {
    expect(relativeDifference(values, expected[name] as Float32Array), name).toBeLessThan(1e-4);
  }
});

it('trains a network with flow and warp inside as the CPU device does, and reads nothing back', async () => {
  const onCpu = startFieldTraining(await openTensorFlow(cpu), cpu);
  const expected = await fieldLosses(onCpu, 3);
  onCpu.destroy();

  tf = await openTensorFlow(gpu);
  const before = tf.memory().numTensors;
  const training = startFieldTraining(tf, gpu);
  const first = await fieldLosses(training, 1);
  const backend = tf.backend();
  const readers: MockInstance[] = [
    vi.spyOn(backend, 'read'),
    vi.spyOn(backend, 'readSync'),
    vi.spyOn(GPUBuffer.prototype, 'mapAsync'),
  ];
  const tensors = tf.memory().numTensors;
  gpu.device.pushErrorScope('validation');
  const losses = Array.from({ length: 2 }, () => training.step());
  expect(await gpu.device.popErrorScope()).toBeNull();
  for (const reader of readers) expect(reader).not.toHaveBeenCalled();
  for (const reader of readers) reader.mockRestore();
  expect(tf.memory().numTensors).toBe(tensors + losses.length);

  const found = [...first];
  for (const loss of losses) found.push((await loss.data())[0] as number);
  tf.dispose(losses);
  training.destroy();
  expect(tf.memory().numTensors).toBe(before);
  expect(relativeDifference(found, expected)).toBeLessThan(1e-4);
});

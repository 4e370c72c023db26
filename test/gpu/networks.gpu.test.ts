import { afterEach, beforeEach, expect, it, type MockInstance, vi } from 'vitest';
import { createCpuDevice } from '../../src/runtime/cpu/device';
import type { GpuDevice } from '../../src/runtime/gpu/device';
import { objectiveAsTensorOp } from '../../src/runtime/networks/tensor-op';
import {
  closeTensorFlow,
  openTensorFlow,
  type TensorFlow,
} from '../../src/runtime/networks/tensorflow';
import { turnedGrid } from '../support/case-values';
import {
  compileFor,
  evaluateOp,
  evaluatePlan,
  type ImagePair,
  relativeDifference,
  slicePair,
  smoothDisplacement,
  startTraining,
  toNetworkGradient,
  toWorldPlanes,
  twentyLosses,
} from '../support/network';
import { openTestDevice } from '../support/run-gpu';

const cpu = createCpuDevice({ threads: 1 });

let gpu: GpuDevice;
let tf: TensorFlow;

beforeEach(async (context) => {
  const found = await openTestDevice();
  if ('skipped' in found) return context.skip(found.skipped);
  gpu = found;
  tf = await openTensorFlow(gpu);
});

afterEach(() => {
  if (!gpu) return;
  closeTensorFlow(tf);
  gpu.destroy();
});

it('works on the very device that plans run on', () => {
  expect(tf.getBackend()).toBe('webgpu');
  expect((tf.backend() as unknown as { device: GPUDevice }).device).toBe(gpu.device);
});

it.each([
  ['a slice', slicePair()],
  ['a volume, turned and anisotropic', patternPair()],
])('gives the value and the gradient of the plan itself on %s', async (_, pair) => {
  const objective = compileFor(pair);
  const op = await objectiveAsTensorOp(tf, objective, gpu);
  op.setImages(pair.fixed, pair.moving);
  const displacement = smoothDisplacement(tf, pair.fixedGrid, 1.5);
  const planes = toWorldPlanes(
    pair.fixedGrid,
    (await displacement.data<'float32'>()) as Float32Array,
  );
  const byOp = await evaluateOp(tf, op, displacement);
  const onGpu = await evaluatePlan(gpu, objective, pair, planes);
  const onCpu = await evaluatePlan(cpu, objective, pair, planes);
  op.destroy();
  displacement.dispose();

  const gradientOf = ({ gradient }: { gradient: Float32Array }) =>
    toNetworkGradient(pair.fixedGrid, gradient);
  // One float32 rounding lies between op and plan: the turn into world axes.
  expect(byOp.loss).toBeCloseTo(onGpu.loss, 6);
  expect(relativeDifference(byOp.gradient, gradientOf(onGpu))).toBeLessThan(1e-4);
  // Window sums in float32 on one device, in float64 on the other.
  expect(byOp.loss).toBeCloseTo(onCpu.loss, 5);
  expect(relativeDifference(byOp.gradient, gradientOf(onCpu))).toBeLessThan(1e-3);
});

it('trains two convolutions on wired LNCC and diffusion as the CPU device does', async () => {
  const { numTensors } = tf.memory();
  const pair = slicePair();
  const run = async () => {
    const training = await startTraining(tf, gpu, pair);
    const losses = await twentyLosses(training);
    training.destroy();
    return losses;
  };
  const losses = await run();
  expect(losses).toHaveLength(20);
  expect(losses.at(-1)).toBeLessThan((losses[0] as number) - 0.1);
  expect(await run()).toEqual(losses);
  expect(tf.memory()).toMatchObject({ numTensors, numBytesInGPU: 0 });

  const tfOnCpu = await openTensorFlow(cpu);
  const training = await startTraining(tfOnCpu, cpu, pair);
  const lossesOnCpu = await twentyLosses(training);
  training.destroy();
  // Both round in float32, in another order; twenty steps let it grow to 5e-7 here.
  expect(relativeDifference(losses, lossesOnCpu)).toBeLessThan(1e-4);
});

it('reads nothing back in a training step, and makes no error', async () => {
  const training = await startTraining(tf, gpu, slicePair());
  training.step().dispose();
  await gpu.device.queue.onSubmittedWorkDone();

  const backend = tf.backend();
  const readers: MockInstance[] = [
    vi.spyOn(backend, 'read'),
    vi.spyOn(backend, 'readSync'),
    vi.spyOn(GPUBuffer.prototype, 'mapAsync'),
  ];
  const reads = () => readers.reduce((sum, reader) => sum + reader.mock.calls.length, 0);
  const tensors = tf.memory().numTensors;
  gpu.device.pushErrorScope('validation');
  const losses = [training.step(), training.step(), training.step()];
  expect(await gpu.device.popErrorScope()).toBeNull();
  expect(reads()).toBe(0);
  expect(tf.memory().numTensors).toBe(tensors + losses.length);

  // The losses were waiting on the device; only reading them is a read-back, and is seen as one.
  const [first, , third] = await Promise.all(losses.map(async (loss) => (await loss.data())[0]));
  expect(third).toBeLessThan(first as number);
  expect(reads()).toBeGreaterThan(0);
  for (const reader of readers) reader.mockRestore();
  tf.dispose(losses);
  training.destroy();
});

/** A volume on a turned, anisotropic grid; the moving image on another. */
function patternPair(): ImagePair {
  const fixedGrid = turnedGrid([7, 6, 5], [1.2, 0.8, 2.5], [3, -4, 5]);
  const movingGrid = turnedGrid([8, 7, 6], [1.1, 0.9, 2.2], [2.6, -4.3, 4.5]);
  return {
    fixed: Float32Array.from({ length: 210 }, (_, i) => 0.5 + 0.4 * Math.sin(0.61 * i)),
    moving: Float32Array.from({ length: 336 }, (_, i) => 0.5 + 0.4 * Math.sin(0.53 * i + 1)),
    fixedGrid,
    movingGrid,
  };
}

import type { Scalar, Tensor, Tensor5D } from '@tensorflow/tfjs';
import { vi } from 'vitest';
import type { TensorFlow } from '../../src/runtime/networks/tensorflow';
import { numbers } from './tensor-computations';

/**
 * Trains a U-Net of one level on a volume for three steps of Adam.
 * @returns losses, weights of its first layer, and how often values were read while it trained
 */
export async function trainUNet(tf: TensorFlow, backend: string) {
  await tf.setBackend(backend);
  const kernels = [
    [3, 3, 3, 2, 4],
    [2, 2, 2, 4, 4],
    [3, 3, 3, 8, 3],
  ].map((shape, seed) => tf.variable(tf.tensor(numbers(shape, seed), shape).mul(0.2)));
  const biases = [4, 4, 3].map((channels) => tf.variable(tf.zeros([channels])));
  const x = tf.tensor(numbers([1, 6, 4, 8, 2], 5), [1, 6, 4, 8, 2]);
  const wanted = tf.tensor(numbers([1, 6, 4, 8, 3], 6), [1, 6, 4, 8, 3]);

  const layer = (input: Tensor, index: number, stride: number): Tensor =>
    tf
      .conv3d(input as Tensor5D, kernels[index] as unknown as Tensor5D, stride, 'same')
      .add(biases[index] as Tensor);
  const doubled = (tensor: Tensor, axis: number): Tensor =>
    tf.concat(
      tf.split(tensor, tensor.shape[axis] as number, axis).flatMap((part) => [part, part]),
      axis,
    );
  const predict = (): Tensor => {
    const fine = tf.leakyRelu(layer(x, 0, 1), 0.2);
    const coarse: Tensor = tf.leakyRelu(layer(fine, 1, 2), 0.2);
    return layer(tf.concat([[1, 2, 3].reduce(doubled, coarse), fine], -1), 2, 1);
  };

  const optimizer = tf.train.adam(0.01);
  const step = () =>
    optimizer.minimize(() => predict().sub(wanted).square().mean() as Scalar, true) as Scalar;
  const readers = [
    vi.spyOn(tf.backend(), 'read'),
    vi.spyOn(tf.backend(), 'readSync'),
    ...(backend === 'webgpu' ? [vi.spyOn(GPUBuffer.prototype, 'mapAsync')] : []),
  ];
  const tensors = [step(), step(), step()];
  const reads = readers.reduce((sum, reader) => sum + reader.mock.calls.length, 0);
  for (const reader of readers) reader.mockRestore();
  const losses = await Promise.all(tensors.map(async (loss) => (await loss.data())[0] as number));
  const weights = Array.from(await (kernels[0] as Tensor).data());
  optimizer.dispose();
  tf.dispose([...tensors, ...kernels, ...biases, x, wanted]);
  return { losses, weights, reads };
}

import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../../src/runtime/networks/tensorflow';

/** A computation of TensorFlow.js from tensors of given shapes, which hold the same numbers on every backend. */
export interface Computation {
  readonly shapes: readonly (readonly number[])[];
  compute(tensors: readonly Tensor[]): Tensor | readonly Tensor[];
}

/** What a computation gives on a backend. */
export async function valuesOn(
  tf: TensorFlow,
  backend: string,
  { shapes, compute }: Computation,
): Promise<readonly Float32Array[]> {
  await tf.setBackend(backend);
  const results = tf.tidy(() => {
    const tensors = shapes.map((shape, seed) => tf.tensor(numbers(shape, seed), [...shape]));
    const computed = compute(tensors);
    return computed instanceof tf.Tensor ? [computed] : [...computed];
  });
  const values = await Promise.all(results.map(async (result) => (await result.data()).slice()));
  tf.dispose(results);
  return values as Float32Array[];
}

/** Numbers in ±1 without a pattern. */
export function numbers(shape: readonly number[], seed: number): Float32Array {
  let state = 12345 + 7919 * seed;
  return Float32Array.from({ length: shape.reduce((n, length) => n * length, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.round((state / 2 ** 32 - 0.5) * 2048) / 1024;
  });
}

/** A function's value and its gradients by all tensors, at a cotangent that is not constant. */
export function withGradients(
  tf: TensorFlow,
  shapes: readonly (readonly number[])[],
  apply: (...tensors: Tensor[]) => Tensor,
): Computation {
  return {
    shapes,
    compute(tensors) {
      const value = apply(...tensors);
      const cotangent = tf.tensor(numbers(value.shape, 9), value.shape);
      return [value, ...tf.grads(apply)([...tensors], cotangent)];
    },
  };
}

/** A convolution of either dimension with its gradients. */
export function convolution(
  tf: TensorFlow,
  input: readonly number[],
  filter: readonly number[],
  stride: number,
  pad: 'same' | 'valid' | number,
): Computation {
  return withGradients(tf, [input, filter], (x, w) =>
    input.length === 4
      ? tf.conv2d(x as never, w as never, stride, pad)
      : tf.conv3d(x as never, w as never, stride, pad as 'same'),
  );
}

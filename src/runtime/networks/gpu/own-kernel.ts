import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

/** TensorFlow.js, loaded, as in `tensorflow.ts`, which imports us. */
export type TensorFlow = typeof import('@tensorflow/tfjs');

/** What TensorFlow.js calls a kernel with. */
export interface KernelArguments {
  readonly backend: WebGPUBackend;
  readonly inputs: Readonly<Record<string, TensorInfo | undefined>>;
  /** What else it tells the kernel: a record of its own for each name. */
  readonly attributes: object;
}

/** A call of a kernel of ours. */
export interface KernelCall extends KernelArguments {
  /** What TensorFlow.js's own kernel makes of it, or of other arguments. */
  theirs(other?: KernelArguments): TensorInfo | TensorInfo[];
}

/** A kernel that stands in for one of TensorFlow.js's. */
export interface OwnKernel {
  /** The name under which TensorFlow.js looks for it. */
  readonly name: string;
  /**
   * Computes the result.
   * @returns undefined where TensorFlow.js's own kernel shall do it
   * @throws TensorTooLarge
   */
  run(call: KernelCall): TensorInfo | TensorInfo[] | undefined;
}

/** True where all are numbers that our programs can read, and at least one each. */
export function areFloats(...tensors: readonly TensorInfo[]): boolean {
  return tensors.every(({ dtype, shape }) => dtype === 'float32' && !shape.includes(0));
}

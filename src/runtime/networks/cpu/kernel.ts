import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs';
import type { TensorBackend } from './backend';

/** A kernel's inputs by TensorFlow.js's names; some may be absent. */
export type Inputs = Readonly<Record<string, TensorInfo | undefined>>;

/**
 * A kernel of ours under TensorFlow.js's name.
 * @returns undefined where the case is left to TensorFlow.js's own kernel
 */
export type TensorKernel = (
  backend: TensorBackend,
  inputs: Inputs,
  attributes: NamedAttrMap,
) => TensorInfo | TensorInfo[] | undefined;

/** Whether a tensor is there and holds what our kernels compute with. */
export function isFloat(info: TensorInfo | undefined): info is TensorInfo {
  return info?.dtype === 'float32';
}

/** How many elements a shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, n) => size * n, 1);
}

/** Elements of one task, and below how many others are not woken. */
const chunkElements = 1 << 15;

/** Cuts elements into tasks: chunks of whole periods. */
export function chunksOf(
  count: number,
  period = 4,
): { readonly chunk: number; readonly tasks: number; readonly isSmall: boolean } {
  const chunk = Math.max(1, Math.floor(chunkElements / period)) * period;
  return { chunk, tasks: Math.ceil(count / chunk), isSmall: count <= chunkElements };
}

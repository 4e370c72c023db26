import type { BufferId } from '../../ir/kernel-graph';
import { elementsPerBuffer, type ValueType } from '../../ir/values';
import type { Emitter } from '../define-op';
import { isNarrow, windowParameters } from './narrow-window';
import { windowMomentsAdjointKernel, windowMomentsKernel } from './window-moments.kernel';
import type { WindowAttributes } from './window-statistics';
import { wideMomentsAdjointKernel, wideMomentsKernel } from './window-wide.kernel';

/** Kernels that `emitMoments` calls. */
export const momentsKernels = [windowMomentsKernel, wideMomentsKernel] as const;

/** Kernels that `emitMomentsAdjoint` calls. */
export const momentsAdjointKernels = [
  windowMomentsAdjointKernel,
  wideMomentsAdjointKernel,
] as const;

type Buffers<Names extends string> = Readonly<Record<Names, readonly BufferId[]>>;

/** Window means of W, W² and F·W in a volume. */
export function emitMoments(
  emitter: Emitter,
  buffers: Buffers<'fixed' | 'warped' | 'meanWarped' | 'meanWarpedSquared' | 'meanProduct'>,
  type: ValueType,
  attributes: WindowAttributes,
): void {
  const parameters = windowParameters(type, attributes);
  if (isNarrow(attributes)) {
    emitter.call(windowMomentsKernel, buffers, parameters);
    return;
  }
  const room = wideRoom(emitter, elementsPerBuffer(type));
  emitter.call(wideMomentsKernel, { ...buffers, ...room }, parameters);
}

/** Cotangent of W from those of its window means in a volume. */
export function emitMomentsAdjoint(
  emitter: Emitter,
  buffers: Buffers<'fixed' | 'warped' | 'ofMean' | 'ofSquare' | 'ofProduct' | 'total'>,
  type: ValueType,
  attributes: WindowAttributes,
): void {
  const parameters = windowParameters(type, attributes);
  if (isNarrow(attributes)) {
    emitter.call(windowMomentsAdjointKernel, buffers, parameters);
    return;
  }
  const plane = () => emitter.scratch(elementsPerBuffer(type));
  const room = {
    alongMean: plane(),
    alongSquare: plane(),
    alongProduct: plane(),
    withinMean: plane(),
    withinSquare: plane(),
    withinProduct: plane(),
  };
  emitter.call(wideMomentsAdjointKernel, { ...buffers, ...room }, parameters);
}

/** Room between the stages of wide windows on the GPU. */
export function wideRoom(emitter: Emitter, elements: number) {
  return {
    withinWarped: emitter.scratch(elements),
    withinSquared: emitter.scratch(elements),
    withinProduct: emitter.scratch(elements),
  };
}

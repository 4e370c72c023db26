import type { Tensor2D } from '@tensorflow/tfjs';
import type { BufferId } from '../ir/kernel-graph';
import type { PlaneArray } from '../ir/values';

/** How the numbers of a tensor lie: [channels, voxels], as in a plan, or channels last, [voxels, channels]. */
export type PlaneLayout = 'planes' | 'channels-last';

/** A value of a plan by its planes, and how a tensor of it lies. */
export interface PlanValue {
  /** One for each channel. */
  readonly buffers: readonly BufferId[];
  readonly layout: PlaneLayout;
}

/** What a value of a plan is set to before a run. */
export interface PlanInput extends PlanValue {
  readonly values: Tensor2D;
}

/**
 * A plan without loops in a device's memory, run on the calling thread without waiting: what ops of
 * TensorFlow.js compute with.
 */
export interface PlanEvaluator {
  /** Sets a plane, which stays until it is set again where the plan keeps it, as a result is kept. */
  write(buffer: BufferId, values: PlaneArray): void;
  /** Sets a dial, such as an objective's weight. */
  setDial(dial: BufferId, value: number): void;
  /**
   * Sets inputs and runs the plan once.
   * @returns tensors of `outputs`, in their order, which belong to the caller: later runs leave them alone
   */
  run(inputs: readonly PlanInput[], outputs: readonly PlanValue[]): Tensor2D[];
  destroy(): void;
}

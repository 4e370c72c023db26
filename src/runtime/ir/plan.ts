import type { BufferId, KernelGraph } from './kernel-graph';

/** Index of a piece of device memory that several virtual buffers use one after another. */
export type SlotId = number & { readonly slotId: unique symbol };

export interface Slot {
  readonly bytes: number;
}

/** A kernel graph with memory: what a device runs. Plain data. */
export interface Plan extends KernelGraph {
  readonly slots: readonly Slot[];
  /** Slot of each virtual buffer; index = BufferId. */
  readonly slotOfBuffer: readonly SlotId[];
  /**
   * Inputs that have their memory for a time only (of planes that lie together, their one buffer): the steps
   * before each of which what they hold is put there, once everything earlier is done. All others are there before the first step.
   */
  readonly arrivals: ReadonlyMap<BufferId, readonly number[]>;
  /** Sum of the slots: what a device allocates, known before anything runs. */
  readonly peakBytes: number;
}

export type { BufferId };

import type { Scalar, Tensor2D } from '@tensorflow/tfjs';
import type { BufferId } from '../ir/kernel-graph';
import type { PlaneArray } from '../ir/values';

/** A compiled objective in a device's memory, evaluated on the calling thread without waiting. */
export interface ObjectiveEvaluator {
  /** Sets an image or other data, which stays until it is set again. */
  write(plane: BufferId, values: PlaneArray): void;
  /** Sets a dial, such as an objective's weight. */
  setDial(dial: BufferId, value: number): void;
  /** Runs the plan once. What it returns belongs to the caller; later runs leave it alone. */
  evaluate(displacement: PlanarField): ObjectiveValue;
  destroy(): void;
}

/** Three planes of a field, shape [3, voxels]: world axes, mm, voxels with x fastest. */
export type PlanarField = Tensor2D;

/** Loss and ∂loss/∂displacement of one evaluation. A type, not an interface: `tf.tidy` wants one. */
export type ObjectiveValue = { readonly loss: Scalar; readonly gradient: PlanarField };

import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Device } from '../devices';
import type { CompiledObjective } from './compile-objective';
import { openEvaluator } from './open-evaluator';
import type { PlanEvaluator } from './plan-evaluator';
import type { TensorFlow } from './tensorflow';

/** A compiled objective in a device's memory, evaluated on the calling thread without waiting. */
export interface ObjectiveEvaluator extends Pick<PlanEvaluator, 'write' | 'setDial' | 'destroy'> {
  /** Runs the plan once. What it returns belongs to the caller; later runs leave it alone. */
  evaluate(displacement: PlanarField): ObjectiveValue;
}

/** Three planes of a field, shape [3, voxels]: world axes, mm, voxels with x fastest. */
export type PlanarField = Tensor2D;

/** What one evaluation gives. A type, not an interface: `tf.tidy` wants one. */
export type ObjectiveValue = {
  readonly loss: Scalar;
  /** ∂loss/∂displacement. */
  readonly gradient: PlanarField;
  /** The loss, and each objective before its weight. */
  readonly terms: Tensor1D;
};

/**
 * Brings an objective to the device that `tf` was opened with.
 * @throws DeviceFailure
 */
export async function openObjectiveEvaluator(
  tf: TensorFlow,
  { plan, displacement, loss, gradient, losses }: CompiledObjective,
  device: Device,
): Promise<ObjectiveEvaluator> {
  const { write, setDial, run, destroy } = await openEvaluator(tf, plan, device);
  return {
    write,
    setDial,
    destroy,
    evaluate: (planar) =>
      tf.tidy(() => {
        const [terms, slope] = run(
          [{ buffers: displacement, layout: 'planes', values: planar }],
          [
            { buffers: [loss, ...losses.map(({ value }) => value)], layout: 'planes' },
            { buffers: gradient, layout: 'planes' },
          ],
        ) as [Tensor2D, Tensor2D];
        const flat = terms.reshape<Tensor1D>([-1]);
        return { loss: flat.slice(0, 1).reshape<Scalar>([]), gradient: slope, terms: flat };
      }),
  };
}

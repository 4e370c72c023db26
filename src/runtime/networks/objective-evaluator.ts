import type { Scalar, Tensor2D } from '@tensorflow/tfjs';
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

/** Loss and ∂loss/∂displacement of one evaluation. A type, not an interface: `tf.tidy` wants one. */
export type ObjectiveValue = { readonly loss: Scalar; readonly gradient: PlanarField };

/**
 * Brings an objective to the device that `tf` was opened with.
 * @throws DeviceFailure
 */
export async function openObjectiveEvaluator(
  tf: TensorFlow,
  { plan, displacement, loss, gradient }: CompiledObjective,
  device: Device,
): Promise<ObjectiveEvaluator> {
  const { write, setDial, run, destroy } = await openEvaluator(tf, plan, device);
  return {
    write,
    setDial,
    destroy,
    evaluate: (planar) =>
      tf.tidy(() => {
        const [value, slope] = run(
          [{ buffers: displacement, layout: 'planes', values: planar }],
          [
            { buffers: [loss], layout: 'planes' },
            { buffers: gradient, layout: 'planes' },
          ],
        ) as [Tensor2D, Tensor2D];
        return { loss: value.reshape<Scalar>([]), gradient: slope };
      }),
  };
}

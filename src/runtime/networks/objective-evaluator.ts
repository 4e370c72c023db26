import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Device } from '../devices';
import type { CompiledObjective } from './compile-objective';
import { openEvaluator } from './open-evaluator';
import type { PlanEvaluator } from './plan-evaluator';
import type { TensorFlow } from './tensorflow';

/** A compiled objective in a device's memory, evaluated on the calling thread without waiting. */
export interface ObjectiveEvaluator extends Pick<PlanEvaluator, 'write' | 'setDial' | 'destroy'> {
  /**
   * Runs the plan once. What it returns belongs to the caller; later runs leave it alone.
   * @param localWeight one plane, [1, voxels], where the objective is weighed by one
   */
  evaluate(displacement: PlanarField, localWeight?: Tensor2D): ObjectiveValue;
}

/** Three planes of a field, shape [3, voxels]: world axes, mm, voxels with x fastest. */
export type PlanarField = Tensor2D;

/** What one evaluation gives. A type, not an interface: `tf.tidy` wants one. */
export type ObjectiveValue = {
  readonly loss: Scalar;
  /** ∂loss/∂displacement. */
  readonly gradient: PlanarField;
  /** ∂loss/∂localWeight, where there is one: [1, voxels]. */
  readonly weightGradient?: Tensor2D;
  /** The loss, and each objective before its weight. */
  readonly terms: Tensor1D;
};

/**
 * Brings an objective to the device that `tf` was opened with.
 * @throws DeviceFailure
 */
export async function openObjectiveEvaluator(
  tf: TensorFlow,
  { plan, displacement, loss, gradient, losses, localWeight }: CompiledObjective,
  device: Device,
): Promise<ObjectiveEvaluator> {
  const { write, setDial, run, destroy } = await openEvaluator(tf, plan, device);
  return {
    write,
    setDial,
    destroy,
    evaluate: (planar, weight) =>
      tf.tidy(() => {
        const inputs = [{ buffers: displacement, layout: 'planes', values: planar } as const];
        const outputs = [
          { buffers: [loss, ...losses.map(({ value }) => value)], layout: 'planes' } as const,
          { buffers: gradient, layout: 'planes' } as const,
        ];
        if (localWeight && weight) {
          inputs.push({ buffers: [localWeight.value], layout: 'planes', values: weight });
          outputs.push({ buffers: [localWeight.gradient], layout: 'planes' });
        }
        const [terms, slope, weightGradient] = run(inputs, outputs) as [
          Tensor2D,
          Tensor2D,
          Tensor2D | undefined,
        ];
        const flat = terms.reshape<Tensor1D>([-1]);
        return {
          loss: flat.slice(0, 1).reshape<Scalar>([]),
          gradient: slope,
          terms: flat,
          ...(weightGradient && { weightGradient }),
        };
      }),
  };
}

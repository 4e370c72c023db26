import { voxelCount } from '../../imaging/grid';
import { bindPlan } from '../cpu/bound-plan';
import { allocateMemory } from '../cpu/memory';
import { walkAlone } from '../cpu/walk';
import type { CompiledObjective } from './compile-objective';
import type { ObjectiveEvaluator } from './objective-evaluator';
import type { TensorFlow } from './tensorflow';

/**
 * Evaluates an objective with the CPU device's kernels on the calling thread: TensorFlow.js asks
 * for values at once, and its CPU backend holds tensors as arrays, so nothing waits.
 */
export function createCpuEvaluator(
  tf: TensorFlow,
  objective: CompiledObjective,
): ObjectiveEvaluator {
  const { plan } = objective;
  const memory = allocateMemory(plan, { shared: false });
  const steps = bindPlan(plan, memory);
  const voxels = voxelCount(objective.fixedGrid);
  for (const { value, initial } of plan.dials) {
    for (const buffer of plan.buffersOfValue.get(value) ?? []) memory.arrayOf(buffer).fill(initial);
  }
  return {
    write: (image, values) => memory.arrayOf(image).set(values),
    setDial: (dial, value) => void memory.arrayOf(dial).fill(value),
    evaluate(displacement) {
      // Memory of constants may serve something else once they are used.
      for (const { value, numbers } of plan.constants) {
        for (const buffer of plan.buffersOfValue.get(value) ?? []) {
          memory.arrayOf(buffer).set(numbers);
        }
      }
      const planes = displacement.dataSync<'float32'>();
      objective.displacement.forEach((plane, axis) => {
        memory.arrayOf(plane).set(planes.subarray(axis * voxels, (axis + 1) * voxels));
      });
      walkAlone(steps);
      const gradient = new Float32Array(objective.gradient.length * voxels);
      objective.gradient.forEach((plane, axis) => {
        gradient.set(memory.arrayOf(plane), axis * voxels);
      });
      return {
        loss: tf.scalar(memory.arrayOf(objective.loss)[0] ?? 0),
        gradient: tf.tensor2d(gradient, [objective.gradient.length, voxels]),
      };
    },
    // Nothing but arrays, which the collector takes.
    destroy: () => undefined,
  };
}

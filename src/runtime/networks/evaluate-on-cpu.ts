import { bindPlan } from '../cpu/bound-plan';
import { allocateMemory } from '../cpu/memory';
import { walkAlone } from '../cpu/walk';
import type { BufferId } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import { channelsFromPlanes, planesFromChannels } from './channel-planes';
import type { PlanEvaluator } from './plan-evaluator';
import type { TensorFlow } from './tensorflow';

/**
 * Runs a plan with the CPU device's kernels on the calling thread: TensorFlow.js asks for values at once,
 * and its tensors give their numbers at once, so nothing waits.
 */
export function createCpuEvaluator(tf: TensorFlow, plan: Plan): PlanEvaluator {
  const memory = allocateMemory(plan, { shared: false });
  const steps = bindPlan(plan, memory);
  // Plans of networks have floats alone.
  const planesOf = (buffers: readonly BufferId[]) =>
    buffers.map((buffer) => memory.arrayOf(buffer) as Float32Array);
  for (const { value, initial } of plan.dials) {
    for (const plane of planesOf(plan.buffersOfValue.get(value) ?? [])) plane.fill(initial);
  }
  return {
    write: (buffer, values) => memory.arrayOf(buffer).set(values),
    setDial: (dial, value) => void memory.arrayOf(dial).fill(value),
    run(inputs, outputs) {
      // Memory of constants may serve something else once they are used.
      for (const { value, numbers } of plan.constants) {
        for (const plane of planesOf(plan.buffersOfValue.get(value) ?? [])) plane.set(numbers);
      }
      for (const { buffers, layout, values } of inputs) {
        const numbers = values.dataSync<'float32'>();
        const planes = planesOf(buffers);
        if (layout === 'channels-last' && planes.length > 1) {
          planesFromChannels(numbers, planes);
        } else {
          let from = 0;
          for (const plane of planes) {
            plane.set(numbers.subarray(from, from + plane.length));
            from += plane.length;
          }
        }
      }
      walkAlone(steps);
      return outputs.map(({ buffers, layout }) => {
        const planes = planesOf(buffers);
        const voxels = planes[0]?.length ?? 0;
        if (layout === 'channels-last') {
          return tf.tensor2d(channelsFromPlanes(planes), [voxels, planes.length]);
        }
        const numbers = new Float32Array(planes.length * voxels);
        planes.forEach((plane, index) => {
          numbers.set(plane, index * voxels);
        });
        return tf.tensor2d(numbers, [planes.length, voxels]);
      });
    },
    // Nothing but arrays, which the collector takes.
    destroy: () => undefined,
  };
}

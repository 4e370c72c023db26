import type { Device } from '../devices';
import type { Plan } from '../ir/plan';
import { createCpuEvaluator } from './evaluate-on-cpu';
import { createGpuEvaluator } from './evaluate-on-gpu';
import type { PlanEvaluator } from './plan-evaluator';
import type { TensorFlow } from './tensorflow';

/**
 * Brings a plan to the device that `tf` was opened with.
 * @throws DeviceFailure
 */
export async function openEvaluator(
  tf: TensorFlow,
  plan: Plan,
  { webgpu }: Device,
): Promise<PlanEvaluator> {
  return webgpu
    ? createGpuEvaluator(tf, plan, await webgpu.prepare(plan), webgpu.device)
    : createCpuEvaluator(tf, plan);
}

/**
 * The same at once, for ops whose shapes are known as they are applied. What goes wrong on a GPU meanwhile is
 * thrown by whoever waits for it next.
 * @throws DeviceFailure where something went wrong before, or a buffer is too large
 */
export function openEvaluatorNow(tf: TensorFlow, plan: Plan, { webgpu }: Device): PlanEvaluator {
  return webgpu
    ? createGpuEvaluator(tf, plan, webgpu.prepareNow(plan), webgpu.device)
    : createCpuEvaluator(tf, plan);
}

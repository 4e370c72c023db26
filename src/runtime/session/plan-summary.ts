import type { DeviceKind, PlanSummary } from '../api/engine/engine-api';
import type { Pass } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import { countedPasses } from '../ir/repeats';
import type { KernelCost } from '../ops/define-kernel';
import { type KernelRegistry, kernelOf, kernelRegistry } from '../ops/kernels';

/** What a plan will do, for people: steps by node, passes with bytes and arithmetic, memory. */
export function summarizePlan(plan: Plan, device: DeviceKind, compileMs: number): PlanSummary {
  return {
    device,
    peakBytes: plan.peakBytes,
    compileMs,
    steps: plan.steps.map((step) => ({
      nodeId: step.origin,
      label: step.kind === 'loop' ? step.label : 'once',
      kind: step.kind,
      passes: countedPasses(step.passes).map(({ pass, times }) => {
        const { bytes, operations } = costOf(pass, device);
        const cost = { bytes: times * bytes, operations: times * operations };
        return { kernel: pass.kernel, ...cost, ...(times > 1 ? { times } : {}) };
      }),
      ...(step.kind === 'loop' ? { maxIterations: step.stop.maxIterations } : {}),
    })),
  };
}

/** Bytes and arithmetic of a pass on a device. */
export function costOf(
  pass: Pass,
  device: DeviceKind,
  kernels: KernelRegistry = kernelRegistry,
): KernelCost {
  const kernel = kernelOf(pass, kernels);
  if (!kernel) return { bytes: 0, operations: 0 };
  const parameters = pass.parameters as Readonly<Record<string, number>>;
  const cost = kernel.cost(parameters);
  const bytesOnGpu = device === 'gpu' ? kernel.bytesOnGpu?.(parameters) : undefined;
  return bytesOnGpu === undefined ? cost : { ...cost, bytes: bytesOnGpu };
}

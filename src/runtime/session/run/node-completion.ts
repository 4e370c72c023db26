import type { CheckedGraph } from '../../compile/checked-graph';
import type { Compiled } from '../../compile/compile';
import { valuesOf } from '../../compile/data-values';
import type { BufferId } from '../../ir/kernel-graph';
import type { Plan } from '../../ir/plan';
import { passesIn } from '../../ir/repeats';
import { accessOf, planeCountOf } from '../../ops/define-kernel';
import { type KernelRegistry, kernelOf, kernelRegistry } from '../../ops/kernels';

/** The step after which nothing of a node is left to do; `settled` where nothing ever was. */
export type NodeCompletion = ReadonlyMap<string, number>;

/** Stands for "before the first step". */
export const settled = -1;

/**
 * When each node is complete: after its own steps, after those that write what it gives (equal ops
 * of two nodes are computed once, on behalf of the first), and not before what it is wired to. A
 * node that only saves is complete with what it saves.
 * @param kept nodes whose results are there already
 */
export function completionOf(
  graph: CheckedGraph,
  plan: Plan,
  outputs: Compiled['outputs'],
  kept: { has(nodeId: string): boolean },
): NodeCompletion {
  const lastWrite = lastWrites(plan);
  const lastStepOf = new Map(plan.steps.map(({ origin }, index) => [origin, index]));
  const completion = new Map<string, number>();
  for (const { id, inputs } of graph.nodes) {
    if (kept.has(id)) {
      completion.set(id, settled);
      continue;
    }
    const buffers = Object.values(outputs.get(id) ?? {})
      .flatMap(valuesOf)
      .flatMap((value) => plan.buffersOfValue.get(value) ?? []);
    const sources = Object.values(inputs).flat();
    completion.set(
      id,
      Math.max(
        lastStepOf.get(id) ?? settled,
        ...buffers.map((buffer) => lastWrite.get(buffer) ?? settled),
        ...sources.map((source) => completion.get(source.nodeId) ?? settled),
      ),
    );
  }
  return completion;
}

/** The last step that writes each buffer. */
function lastWrites(
  plan: Plan,
  kernels: KernelRegistry = kernelRegistry,
): ReadonlyMap<BufferId, number> {
  const last = new Map<BufferId, number>();
  plan.steps.forEach(({ passes }, index) => {
    for (const pass of passesIn(passes)) {
      let place = 0;
      for (const spec of Object.values(kernelOf(pass, kernels)?.bindings ?? {})) {
        for (let plane = 0; plane < planeCountOf(spec); plane += 1, place += 1) {
          const buffer = pass.buffers[place];
          if (buffer !== null && buffer !== undefined && accessOf(spec) !== 'read') {
            last.set(buffer, index);
          }
        }
      }
    }
  });
  return last;
}

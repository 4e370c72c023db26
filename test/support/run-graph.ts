import { allocate } from '../../src/runtime/compile/allocate';
import { GraphBuilder } from '../../src/runtime/compile/graph-builder';
import { schedule } from '../../src/runtime/compile/schedule';
import { verifyKernelGraph, verifyOpGraph, verifyPlan } from '../../src/runtime/compile/verify';
import { bindPlan } from '../../src/runtime/cpu/bound-plan';
import { allocateMemory, type CpuMemory } from '../../src/runtime/cpu/memory';
import { walkAlone } from '../../src/runtime/cpu/walk';
import type { Op, OpGraph } from '../../src/runtime/ir/op-graph';
import type { Plan } from '../../src/runtime/ir/plan';
import type { ValueId } from '../../src/runtime/ir/values';
import type { CaseValue } from './op-case';

export type CaseInputs = Readonly<Record<string, CaseValue>>;

/** An op graph over named inputs; `body` returns the values that must survive. */
export function graphOf(
  inputs: CaseInputs,
  body: (b: GraphBuilder, values: Readonly<Record<string, ValueId>>) => readonly ValueId[],
): OpGraph {
  const b = new GraphBuilder();
  b.origin = 'test';
  const values = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, b.input(name, value.type)]),
  );
  const graph = b.finish(body(b, values));
  verifyOpGraph(graph, 'build');
  return graph;
}

/** The last two phases, each checked. */
export function planOf(graph: OpGraph, options: { readonly alias?: boolean } = {}): Plan {
  verifyOpGraph(graph, 'rewriting');
  const kernels = schedule(graph);
  verifyKernelGraph(kernels, 'schedule');
  const plan = allocate(kernels, options);
  verifyPlan(plan);
  return plan;
}

/** Memory of a plan with its inputs, dials and constants set. */
export function memoryWith(
  plan: Plan,
  inputs: CaseInputs,
  options: { readonly doubles: boolean } = { doubles: true },
): CpuMemory {
  const memory = allocateMemory(plan, { shared: false, doubles: options.doubles });
  // What a device finds in new memory is not to be relied on.
  for (const slot of memory.slots) slot.fill(0x5a);
  const write = (value: ValueId, planes: readonly ArrayLike<number>[]): void =>
    plan.buffersOfValue.get(value)?.forEach((buffer, index) => {
      memory.arrayOf(buffer).set(planes[index] ?? []);
    });
  for (const { value, numbers } of plan.constants) write(value, [numbers]);
  for (const { value, initial } of plan.dials) write(value, [[initial]]);
  for (const { value, key } of plan.inputs) write(value, inputs[key]?.planes ?? []);
  return memory;
}

/** Planes of every result of a plan, in the graph's order. */
export function resultsIn(plan: Plan, memory: CpuMemory): readonly (readonly Float64Array[])[] {
  return plan.results.map((value) =>
    (plan.buffersOfValue.get(value) ?? []).map((buffer) =>
      Float64Array.from(memory.arrayOf(buffer)),
    ),
  );
}

/** Compiles a graph by the last phases and runs it in float64 on this thread. */
export function runGraph(
  graph: OpGraph,
  inputs: CaseInputs,
  options: { readonly alias?: boolean } = {},
): readonly (readonly Float64Array[])[] {
  const plan = planOf(graph, options);
  const memory = memoryWith(plan, inputs);
  walkAlone(bindPlan(plan, memory));
  return resultsIn(plan, memory);
}

/** Names of the ops of a list, without those of loop bodies. */
export function opNames(ops: readonly Op[]): readonly string[] {
  return ops.map((op) => op.op);
}

/** The ops of the first loop's body. */
export function bodyOf(graph: OpGraph): readonly Op[] {
  return graph.ops.find((op) => op.region)?.region?.ops ?? [];
}

import { nodeRegistry } from '../../src/nodes/index';
import type { TableValue } from '../../src/runtime/api/nodes/port-values';
import { GraphBuilder } from '../../src/runtime/compile/graph-builder';
import { planProgram } from '../../src/runtime/compile/phases';
import { bindPlan } from '../../src/runtime/cpu/bound-plan';
import { walkAlone } from '../../src/runtime/cpu/walk';
import type { BufferId } from '../../src/runtime/ir/kernel-graph';
import type { Plan } from '../../src/runtime/ir/plan';
import type { ValueId } from '../../src/runtime/ir/values';
import { lowerNode } from '../unit/nodes/lowering';
import type { CaseInputs } from './run-graph';
import { memoryWith } from './run-graph';

/** Runs a plan in float64 on this thread, dials and constants set; gives the planes of a buffer. */
export function runPlan(plan: Plan, inputs: CaseInputs) {
  const memory = memoryWith(plan, inputs);
  walkAlone(bindPlan(plan, memory));
  return (buffer: BufferId): readonly number[] => Array.from(memory.arrayOf(buffer));
}

type Outputs = Readonly<Record<string, unknown>>;

/** Lowers nodes by `wire`, runs what comes out, and reads fields and scalars of it by name, planes each. */
export function runNodes(
  inputs: CaseInputs,
  wire: (
    graph: GraphBuilder,
    node: (type: string, inputs: Outputs, params?: Outputs) => Outputs,
  ) => Readonly<Record<string, ValueId>>,
): Readonly<Record<string, readonly (readonly number[])[]>> {
  const graph = new GraphBuilder();
  const node = (type: string, wired: Outputs, params: Outputs = {}): Outputs => {
    const definition = nodeRegistry.get(type);
    if (!definition) throw new Error(`There is no node ${type}.`);
    return lowerNode(graph, definition, wired, params, type);
  };
  const values = Object.entries(wire(graph, node));
  const { plan } = planProgram(graph.finish(values.map(([, value]) => value)), { verify: true });
  const read = runPlan(plan, inputs);
  return Object.fromEntries(
    values.map(([name], i) => [name, (plan.buffersOfValue.get(plan.results[i]!) ?? []).map(read)]),
  );
}

/** The numbers of the table that a node gives, by name. */
export function tableOf(
  inputs: CaseInputs,
  wire: (
    graph: GraphBuilder,
    node: (type: string, inputs: Outputs, params?: Outputs) => Outputs,
  ) => TableValue,
): Readonly<Record<string, number>> {
  let rows: TableValue['rows'] = [];
  const read = runNodes(inputs, (graph, node) => {
    ({ rows } = wire(graph, node));
    return Object.fromEntries(rows.map(({ name, scalars }) => [name, scalars]));
  });
  return Object.fromEntries(rows.map(({ name, index }) => [name, read[name]![0]![index]!]));
}

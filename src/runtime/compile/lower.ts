import type { Diagnostic } from '../api/engine/diagnostics';
import type { InputDescriptor } from '../api/engine/inputs';
import { messages } from '../api/engine/messages';
import type { InputValues, LoweringContext } from '../api/nodes/define-node';
import type { LoweringProblem } from '../api/nodes/lowering-problem';
import type { PortValues } from '../api/nodes/port-values';
import { onBehalfOf } from '../internal-error';
import type { OpGraph } from '../ir/op-graph';
import { fieldType, type ValueId, type ValueType } from '../ir/values';
import { Refusal } from '../refusal';
import type { CheckedGraph, CheckedNode } from './checked-graph';
import { type DataValue, gridOf, isData, mapDataValues, valuesOf } from './data-values';
import { GraphBuilder } from './graph-builder';
import { requireTypesOf } from './output-types';
import type { ResultCheck } from './result-checks';

export type PortValue = PortValues[keyof PortValues];

/** Outputs of a node that an earlier run left: they enter the program as inputs. */
export interface KeptOutputs {
  readonly ports: Readonly<Record<string, DataValue>>;
  readonly types: ReadonlyMap<ValueId, ValueType>;
}

export interface LowerOptions {
  /** Shape of each loader's data. */
  readonly descriptors: ReadonlyMap<string, InputDescriptor>;
  /** Results of earlier runs by node id: these nodes are not computed again. */
  readonly kept?: ReadonlyMap<string, KeptOutputs>;
}

export interface Lowered {
  /** Present where there is no error. */
  readonly graph?: OpGraph;
  /** Data values of every node by port. */
  readonly outputs: ReadonlyMap<string, Readonly<Record<string, DataValue>>>;
  /** What is to be looked at once the program has run. */
  readonly checks: readonly ResultCheck[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Key of the program input that holds a loader's data. */
export function loaderKey(nodeId: string): string {
  return `${nodeId}.source`;
}

/** Key of a program input that holds a kept result. */
export function keptKey(nodeId: string, value: ValueId): string {
  return `${nodeId}.kept.${value}`;
}

/**
 * Asks every node what it means. A node that refuses does not keep the others from being asked.
 * @throws InternalError with the node whose `lower` is at fault
 */
export function lower(checked: CheckedGraph, options: LowerOptions): Lowered {
  const builder = new GraphBuilder();
  const diagnostics: Diagnostic[] = [];
  const values = new Map<string, Readonly<Record<string, PortValue>>>();
  const outputs = new Map<string, Readonly<Record<string, DataValue>>>();
  for (const node of checked.nodes) {
    builder.origin = node.id;
    const kept = options.kept?.get(node.id);
    const given = onBehalfOf(node.id, () =>
      kept
        ? fromKept(builder, node.id, kept)
        : lowerNode(builder, node, values, options.descriptors.get(node.id), diagnostics),
    );
    if (!given) continue;
    values.set(node.id, given);
    const data: Record<string, DataValue> = {};
    for (const [port, value] of Object.entries(given)) {
      if (!isData(value)) continue;
      onBehalfOf(node.id, () => requireTypesOf(port, value, (id) => builder.typeOf(id)));
      data[port] = value;
    }
    outputs.set(node.id, data);
  }
  const { checks } = builder;
  if (diagnostics.length > 0) return { outputs, checks, diagnostics };
  const results = new Set(checks.map(({ value }) => value));
  for (const [nodeId, ports] of outputs) {
    // Loaders' images and what is kept lie with the caller: nobody reads them back.
    if (options.descriptors.has(nodeId) || options.kept?.has(nodeId)) continue;
    for (const id of Object.values(ports).flatMap(valuesOf)) results.add(id);
  }
  return { graph: builder.finish([...results]), outputs, checks, diagnostics };
}

function lowerNode(
  builder: GraphBuilder,
  node: CheckedNode,
  values: ReadonlyMap<string, Readonly<Record<string, PortValue>>>,
  descriptor: InputDescriptor | undefined,
  diagnostics: Diagnostic[],
): Readonly<Record<string, PortValue>> | undefined {
  const inputs: Record<string, PortValue | readonly PortValue[] | undefined> = {};
  for (const [port, { many }] of Object.entries(node.definition.inputs)) {
    const sources = node.inputs[port] ?? [];
    const arrived = sources.map((source) => values.get(source.nodeId)?.[source.port]);
    // What a refusing node should have given is missing; its own diagnostic says why.
    if (arrived.some((value) => value === undefined)) return undefined;
    inputs[port] = many ? (arrived as PortValue[]) : arrived[0];
  }
  const context: LoweringContext = {
    nodeId: node.id,
    source: descriptor && { ...descriptor, grid: builder.gridOf(descriptor.grid) },
    input() {
      if (!descriptor) throw new Refusal(missingData(node));
      return builder.input(loaderKey(node.id), fieldType(descriptor.grid, 1));
    },
    refuse(problem) {
      throw new Refusal(problem);
    },
  };
  if (node.definition.source && !descriptor) {
    diagnostics.push(messages.inputMissing(node.id, node.definition.title));
    return undefined;
  }
  try {
    return node.definition.lower(
      builder.builder,
      inputs as InputValues<Record<string, never>>,
      node.params,
      context,
    ) as Readonly<Record<string, PortValue>>;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    diagnostics.push(messages.recipe(node.id, error.problem));
    return undefined;
  }
}

function missingData(node: CheckedNode): LoweringProblem {
  const { message, remedy } = messages.inputMissing(node.id, node.definition.title);
  return { message, remedy };
}

function fromKept(
  builder: GraphBuilder,
  nodeId: string,
  kept: KeptOutputs,
): Readonly<Record<string, PortValue>> {
  return Object.fromEntries(
    Object.entries(kept.ports).map(([port, value]) => {
      const known = mapDataValues(value, (id) =>
        builder.input(keptKey(nodeId, id), kept.types.get(id) as ValueType),
      );
      const grid = gridOf(known);
      return [port, grid ? { ...known, grid: builder.gridOf(grid) } : known];
    }),
  );
}

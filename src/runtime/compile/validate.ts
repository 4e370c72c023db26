import type { PipelineDocument } from '../../pipeline/schema';
import { edgeEndPattern } from '../../pipeline/schema';
import type { Diagnostic } from '../api/engine/diagnostics';
import { messages } from '../api/engine/messages';
import type { NodeDefinition, NodeRegistry } from '../api/nodes/define-node';
import { portTraits } from '../api/nodes/port-traits';
import { InternalError } from '../internal-error';
import type { CheckedGraph, CheckedNode, WireSource } from './checked-graph';
import { LowestFirst } from './lowest-first';

export interface Validated {
  /** Present where there is no error. */
  readonly graph?: CheckedGraph;
  readonly diagnostics: readonly Diagnostic[];
}

interface Wire {
  readonly from: WireSource;
  readonly to: WireSource;
}

/** Where the wires that end at a node come from, by input port. */
type Arriving = ReadonlyMap<string, readonly WireSource[]>;

/** Checks types, ports, parameters, missing inputs and cycles; all findings at once. */
export function validate(document: PipelineDocument, registry: NodeRegistry): Validated {
  const diagnostics: Diagnostic[] = [];
  const known = new Map<string, NodeDefinition>();
  const params = new Map<string, unknown>();
  for (const [id, node] of Object.entries(document.nodes)) {
    const definition = registry.get(node.type);
    if (!definition) {
      diagnostics.push(messages.unknownNode(id, node.type));
      continue;
    }
    if (node.version > definition.version) {
      diagnostics.push(
        messages.nodeVersion(id, definition.title, node.version, definition.version),
      );
    }
    known.set(id, definition);
    const parsed = definition.params.safeParse(node.params);
    if (parsed.success) {
      params.set(id, parsed.data);
    } else {
      for (const issue of parsed.error.issues) {
        const path = issue.path.map(String).join('.');
        diagnostics.push(messages.parameter(id, definition.title, path, issue.message));
      }
    }
  }
  const wires = document.edges.map(toWire);
  const arriving = byTarget(wires);
  diagnostics.push(...wires.flatMap((wire) => wireProblems(wire, known)));
  for (const [id, definition] of known) {
    diagnostics.push(...inputProblems(id, definition, arriving.get(id)));
  }
  const order = topologicalOrder(Object.keys(document.nodes), arriving);
  if (order.cycle.length > 0) diagnostics.push(messages.cycle(order.cycle));
  if (diagnostics.some((diagnostic) => diagnostic.severity === 'error')) return { diagnostics };
  const nodes = order.sorted.map(
    (id): CheckedNode => ({
      id,
      definition: known.get(id) as NodeDefinition,
      params: params.get(id),
      inputs: inputsOf(known.get(id) as NodeDefinition, arriving.get(id)),
    }),
  );
  return { graph: { nodes }, diagnostics };
}

/**
 * Leaves out loaders that nothing is bound to where a recipe is useful without them, and every node
 * that cannot do without them: the same recipe runs on images that nobody has segmented.
 */
export function leaveOutUnbound(
  graph: CheckedGraph,
  isBound: (nodeId: string) => boolean,
): { readonly graph: CheckedGraph; readonly leftOut: readonly string[] } {
  const leftOut = new Set<string>();
  const nodes: CheckedNode[] = [];
  for (const node of graph.nodes) {
    const gives = Object.values(node.definition.outputs);
    const mayBeLeftOut =
      node.definition.source !== undefined &&
      gives.every(({ type }) => portTraits(type).mayBeLeftOut);
    const inputs = Object.fromEntries(
      Object.entries(node.inputs).map(([port, sources]) => [
        port,
        remaining(sources, node.definition.inputs[port]?.inOrder === true, leftOut),
      ]),
    );
    const lacks = Object.entries(node.definition.inputs).some(
      ([port, { optional }]) =>
        !optional && inputs[port]?.length === 0 && (node.inputs[port]?.length ?? 0) > 0,
    );
    if ((mayBeLeftOut && !isBound(node.id)) || lacks) leftOut.add(node.id);
    else nodes.push({ ...node, inputs });
  }
  return { graph: { nodes }, leftOut: [...leftOut] };
}

function remaining(
  sources: readonly WireSource[],
  isInOrder: boolean,
  leftOut: ReadonlySet<string>,
): readonly WireSource[] {
  const gap = sources.findIndex(({ nodeId }) => leftOut.has(nodeId));
  if (isInOrder && gap >= 0) return sources.slice(0, gap);
  return sources.filter(({ nodeId }) => !leftOut.has(nodeId));
}

function toWire(edge: PipelineDocument['edges'][number]): Wire {
  const end = (text: string): WireSource => {
    const [, nodeId, port] = edgeEndPattern.exec(text) ?? [];
    if (nodeId === undefined || port === undefined) {
      throw new InternalError(`"${text}" is not the end of a wire.`);
    }
    return { nodeId, port };
  };
  return { from: end(edge.from), to: end(edge.to) };
}

/** Sorted once: a document may hold thousands of wires. */
function byTarget(wires: readonly Wire[]): ReadonlyMap<string, Arriving> {
  const arriving = new Map<string, Map<string, WireSource[]>>();
  for (const { from, to } of wires) {
    const ports = arriving.get(to.nodeId) ?? new Map<string, WireSource[]>();
    const sources = ports.get(to.port) ?? [];
    sources.push(from);
    arriving.set(to.nodeId, ports.set(to.port, sources));
  }
  return arriving;
}

function wireProblems(
  { from, to }: Wire,
  known: ReadonlyMap<string, NodeDefinition>,
): readonly Diagnostic[] {
  const source = known.get(from.nodeId);
  const target = known.get(to.nodeId);
  // A recipe names ports freely: "toString" must not find what every object has.
  const output = source && ownEntry(source.outputs, from.port);
  const input = target && ownEntry(target.inputs, to.port);
  const problems: Diagnostic[] = [];
  if (source && !output) {
    problems.push(
      messages.unknownPort(
        from.nodeId,
        source.title,
        from.port,
        'output',
        Object.keys(source.outputs),
      ),
    );
  }
  if (target && !input) {
    problems.push(
      messages.unknownPort(to.nodeId, target.title, to.port, 'input', Object.keys(target.inputs)),
    );
  }
  if (target && output && input && output.type !== input.type) {
    problems.push(
      messages.typeMismatch(
        { end: `${from.nodeId}.${from.port}`, type: output.type },
        { ...to, title: target.title, type: input.type },
      ),
    );
  }
  return problems;
}

function inputProblems(
  id: string,
  definition: NodeDefinition,
  arriving: Arriving | undefined,
): readonly Diagnostic[] {
  return Object.entries(definition.inputs).flatMap(([port, input]) => {
    const count = arriving?.get(port)?.length ?? 0;
    if (count === 0 && !input.optional) {
      return [messages.missingInput(id, definition.title, port, input.type)];
    }
    if (count > 1 && !input.many) {
      return [messages.tooManyWires(id, definition.title, port, count)];
    }
    return [];
  });
}

function inputsOf(
  definition: NodeDefinition,
  arriving: Arriving | undefined,
): CheckedNode['inputs'] {
  return Object.fromEntries(
    Object.keys(definition.inputs).map((port) => [port, arriving?.get(port) ?? []]),
  );
}

/** Kahn's algorithm, taking nodes in the document's order where several are ready. */
function topologicalOrder(
  ids: readonly string[],
  arriving: ReadonlyMap<string, Arriving>,
): { readonly sorted: readonly string[]; readonly cycle: readonly string[] } {
  const waiting = new Set(ids);
  const needs = new Map(
    ids.map((id) => {
      const sources = [...(arriving.get(id)?.values() ?? [])].flat();
      return [
        id,
        new Set(sources.map(({ nodeId }) => nodeId).filter((other) => waiting.has(other))),
      ];
    }),
  );
  const neededBy = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const [id, others] of needs) for (const other of others) neededBy.get(other)?.push(id);
  const lacking = new Map([...needs].map(([id, others]) => [id, others.size]));
  const sorted: string[] = [];
  // Of those that are ready, the one that the document names first.
  const placeOf = new Map(ids.map((id, place) => [id, place]));
  const ready = new LowestFirst();
  const settle = (id: string): void => {
    if (lacking.get(id) === 0) ready.add(placeOf.get(id) as number);
  };
  ids.forEach(settle);
  for (let place = ready.take(); place !== undefined; place = ready.take()) {
    const next = ids[place] as string;
    waiting.delete(next);
    sorted.push(next);
    for (const id of neededBy.get(next) ?? []) {
      lacking.set(id, (lacking.get(id) ?? 0) - 1);
      settle(id);
    }
  }
  if (waiting.size === 0) return { sorted, cycle: [] };
  // Walk against the wires from any node that waits: it must meet itself.
  const path: string[] = [];
  let current = [...waiting][0] as string;
  while (!path.includes(current)) {
    path.push(current);
    current = [...(needs.get(current) ?? [])].find((other) => waiting.has(other)) as string;
  }
  return { sorted, cycle: path.slice(path.indexOf(current)).reverse() };
}

function ownEntry<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

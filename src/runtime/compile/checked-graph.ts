import type { NodeDefinition } from '../api/nodes/define-node';

/** One end of a wire that brings something. */
export interface WireSource {
  readonly nodeId: string;
  readonly port: string;
}

/** A node whose type is known, whose parameters hold, and whose wires fit. */
export interface CheckedNode {
  readonly id: string;
  readonly definition: NodeDefinition;
  /** Parsed: defaults filled in. */
  readonly params: unknown;
  /** What arrives at each input, in the document's canonical order. */
  readonly inputs: Readonly<Record<string, readonly WireSource[]>>;
}

/**
 * Whether a node gives what is bound to it just as it is. Such results are not kept: they lie with
 * the data. A loader that makes something of its data is a node like all others.
 */
export function handsSourceOn({ definition, params }: CheckedNode): boolean {
  if (!definition.source || Object.keys(definition.inputs).length > 0) return false;
  const { as } = definition.source(params);
  return Object.values(definition.outputs).every(({ type }) => type === as);
}

/** A document that is right: nodes in an order in which each comes after what it needs. */
export interface CheckedGraph {
  readonly nodes: readonly CheckedNode[];
}

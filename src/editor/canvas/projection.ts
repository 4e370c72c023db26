import type { Edge, Node } from '@xyflow/react';
import type { PipelineDocument, PipelineNode } from '../../pipeline/schema';
import type { NodeDefinition, NodeRegistry } from '../../runtime/api/nodes/define-node';
import type { PortType } from '../../runtime/api/nodes/port-values';
import { portEnd, wireKey } from '../store/document-edits';
import { noteId } from '../store/note-edits';
import { flowOrder } from './flow-order';
import { noteWidth } from './layout';
import { findPort } from './ports';

/** A node as the canvas holds it; everything else it reads from the stores. */
export type FlowNode = Node<
  { readonly node: PipelineNode; readonly definition: NodeDefinition | undefined },
  'recipe'
>;

/** A note as the canvas holds it. */
export type FlowNote = Node<{ readonly text: string }, 'note'>;

/** What stands on the canvas. */
export type FlowItem = FlowNode | FlowNote;

/** A wire as the canvas holds it. */
export type FlowEdge = Edge<{ readonly type: PortType | undefined }, 'wire'>;

/**
 * The document's nodes for the canvas. An unchanged node keeps its object, because the canvas draws
 * again whatever has a new one, and keeps there what it has measured.
 */
export function projectNodes(
  previous: readonly FlowNode[],
  document: PipelineDocument,
  registry: NodeRegistry,
  selected: readonly string[],
): FlowNode[] {
  const known = new Map(previous.map((node) => [node.id, node]));
  // The order on the page is the order in which Tab goes.
  return flowOrder(document).flatMap((id) => {
    const node = document.nodes[id];
    if (node === undefined) return [];
    const before = known.get(id);
    const [x, y] = document.layout[id] ?? [0, 0];
    const isSelected = selected.includes(id);
    const isSame =
      before?.data.node === node &&
      before.position.x === x &&
      before.position.y === y &&
      before.selected === isSelected;
    if (isSame) return [before];
    const definition = registry.get(node.type);
    return [
      {
        ...before,
        id,
        type: 'recipe' as const,
        position: { x, y },
        selected: isSelected,
        data: before?.data.node === node ? before.data : { node, definition },
        ariaLabel: `${node.title ?? definition?.title ?? node.type}, node ${id}`,
      },
    ];
  });
}

/** The document's notes for the canvas, kept as the nodes are. */
export function projectNotes(
  previous: readonly FlowNote[],
  document: PipelineDocument,
  selected: readonly string[],
): FlowNote[] {
  const known = new Map(previous.map((note) => [note.id, note]));
  return (document.notes ?? []).map(({ text, at: [x, y] }, index) => {
    const id = noteId(index);
    const before = known.get(id);
    const isSelected = selected.includes(id);
    const isSame =
      before?.data.text === text &&
      before.position.x === x &&
      before.position.y === y &&
      before.selected === isSelected;
    if (isSame) return before;
    return {
      ...before,
      id,
      type: 'note',
      position: { x, y },
      selected: isSelected,
      connectable: false,
      // Shown before it is measured: what is hidden cannot take the focus, and a new note is written at once.
      initialWidth: noteWidth,
      initialHeight: 60,
      data: before?.data.text === text ? before.data : { text },
      ariaLabel: `Note: ${text.slice(0, 80)}`,
    };
  });
}

/** The document's wires for the canvas, coloured by what flows through them. */
export function projectEdges(
  previous: readonly FlowEdge[],
  document: PipelineDocument,
  registry: NodeRegistry,
  selected: readonly string[],
): FlowEdge[] {
  const known = new Map(previous.map((edge) => [edge.id, edge]));
  return document.edges.map((wire) => {
    const id = wireKey(wire);
    const from = portEnd(wire.from);
    const to = portEnd(wire.to);
    const type =
      findPort(document, registry, from, 'output')?.type ??
      findPort(document, registry, to, 'input')?.type;
    const isSelected = selected.includes(id);
    const before = known.get(id);
    if (before?.selected === isSelected && before.data?.type === type) return before;
    return {
      id,
      type: 'wire',
      source: from.nodeId,
      sourceHandle: from.port,
      target: to.nodeId,
      targetHandle: to.port,
      selected: isSelected,
      data: { type },
      ariaLabel: `Wire from ${wire.from} to ${wire.to}`,
    };
  });
}

/** The ports that a node of unknown type is known to have: those that wires end at. */
export function portsSeenInWires(
  document: PipelineDocument,
  nodeId: string,
): { readonly inputs: readonly string[]; readonly outputs: readonly string[] } {
  const ends = (side: 'from' | 'to') => {
    const ports = document.edges
      .map((edge) => portEnd(edge[side]))
      .filter((end) => end.nodeId === nodeId)
      .map((end) => end.port);
    return [...new Set(ports)];
  };
  return { inputs: ends('to'), outputs: ends('from') };
}

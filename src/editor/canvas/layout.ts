import dagre from '@dagrejs/dagre';
import type { PipelineDocument } from '../../pipeline/schema';
import type { NodeRegistry } from '../../runtime/api/nodes/define-node';
import { type CanvasPoint, portEnd } from '../store/document-edits';
import { nodeParameters } from './node-parameters';
import { inputPorts, isSourceCard, outputPorts } from './ports';

/** Width of a node card in canvas units. */
export const cardWidth = 204;
/** Width of a note in canvas units. */
export const noteWidth = 220;
const headHeight = 52;
const portHeight = 22;
const parameterHeight = 18;

/** The room that a node card takes, in canvas units, before the page has measured it. */
export function cardSize(
  document: PipelineDocument,
  registry: NodeRegistry,
  nodeId: string,
): { readonly width: number; readonly height: number } {
  const node = document.nodes[nodeId];
  const definition = node && registry.get(node.type);
  if (node === undefined || definition === undefined) return { width: cardWidth, height: 130 };
  const rows = isSourceCard(definition)
    ? 0
    : Math.max(inputPorts(definition).length, outputPorts(definition).length);
  const parameters = nodeParameters(definition, node.params).length;
  const portsHeight = rows === 0 ? 0 : rows * portHeight + 12;
  const parametersHeight = parameters === 0 ? 0 : parameters * parameterHeight + 15;
  const inputHeight = definition.source === undefined ? 0 : 30;
  return {
    width: cardWidth,
    height: headHeight + inputHeight + portsHeight + parametersHeight,
  };
}

/** A left-to-right layered layout of the whole recipe. */
export function layoutDocument(
  document: PipelineDocument,
  registry: NodeRegistry,
): Readonly<Record<string, CanvasPoint>> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 64, ranker: 'network-simplex' });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const nodeId of Object.keys(document.nodes)) {
    graph.setNode(nodeId, { ...cardSize(document, registry, nodeId) });
  }
  const partsSeen = new Map<string, number>();
  for (const edge of document.edges) {
    const from = portEnd(edge.from).nodeId;
    const to = portEnd(edge.to).nodeId;
    const definition = registry.get(document.nodes[from]?.type ?? '');
    const isPart = definition?.source === undefined && definition && isSourceCard(definition);
    const parts = (partsSeen.get(to) ?? 0) + (isPart ? 1 : 0);
    partsSeen.set(to, parts);
    // Many parts of one node would make a tall stack: every other one stands a column further left.
    graph.setEdge(from, to, { minlen: isPart && parts % 2 === 0 ? 2 : 1 });
  }
  dagre.layout(graph);
  return Object.fromEntries(
    Object.keys(document.nodes).map((nodeId) => {
      const { x, y, width, height } = graph.node(nodeId);
      return [nodeId, [x - (width ?? 0) / 2, y - (height ?? 0) / 2] as const];
    }),
  );
}

import dagre from '@dagrejs/dagre';
import type { PipelineDocument } from '../../pipeline/schema';
import type { NodeRegistry } from '../../runtime/api/define-node';
import { type CanvasPoint, portEnd } from '../store/document-edits';
import { inputPorts, outputPorts } from './ports';

/** Width of a node card in canvas units. */
export const cardWidth = 204;
const headHeight = 58;
const portHeight = 22;
const parameterHeight = 19;
const shownParameters = 3;

/** The room that a node card takes, in canvas units, before the page has measured it. */
export function cardSize(
  document: PipelineDocument,
  registry: NodeRegistry,
  nodeId: string,
): { readonly width: number; readonly height: number } {
  const node = document.nodes[nodeId];
  const definition = node && registry.get(node.type);
  const rows = definition
    ? Math.max(inputPorts(definition).length, outputPorts(definition).length)
    : 2;
  const parameters = Math.min(shownParameters, Object.keys(node?.params ?? {}).length);
  return {
    width: cardWidth,
    height: headHeight + rows * portHeight + parameters * parameterHeight + 12,
  };
}

/** A left-to-right layered layout of the whole recipe. */
export function layoutDocument(
  document: PipelineDocument,
  registry: NodeRegistry,
): Readonly<Record<string, CanvasPoint>> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 26, ranksep: 84, ranker: 'network-simplex' });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const nodeId of Object.keys(document.nodes)) {
    graph.setNode(nodeId, { ...cardSize(document, registry, nodeId) });
  }
  for (const edge of document.edges) {
    graph.setEdge(portEnd(edge.from).nodeId, portEnd(edge.to).nodeId);
  }
  dagre.layout(graph);
  return Object.fromEntries(
    Object.keys(document.nodes).map((nodeId) => {
      const { x, y, width, height } = graph.node(nodeId);
      return [nodeId, [x - (width ?? 0) / 2, y - (height ?? 0) / 2] as const];
    }),
  );
}

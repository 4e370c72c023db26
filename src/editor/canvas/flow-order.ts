import type { PipelineDocument } from '../../pipeline/schema';
import { portEnd } from '../store/document-edits';

/**
 * The ids of a recipe's nodes in the order in which data flows, so that keys and lists go the way that
 * a reader goes: what a node takes comes before it. Wires in a circle are followed once.
 */
export function flowOrder(document: Pick<PipelineDocument, 'nodes' | 'edges'>): readonly string[] {
  const feeders = new Map<string, string[]>();
  for (const edge of document.edges) {
    const { nodeId } = portEnd(edge.to);
    feeders.set(nodeId, [...(feeders.get(nodeId) ?? []), portEnd(edge.from).nodeId]);
  }
  const order = new Set<string>();
  const onTheWay = new Set<string>();
  const visit = (nodeId: string) => {
    if (onTheWay.has(nodeId) || !Object.hasOwn(document.nodes, nodeId)) return;
    onTheWay.add(nodeId);
    for (const feeder of feeders.get(nodeId) ?? []) visit(feeder);
    order.add(nodeId);
  };
  for (const nodeId of Object.keys(document.nodes)) visit(nodeId);
  return [...order];
}

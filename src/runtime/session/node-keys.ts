import { sha256Hex } from '../../imaging/volume-digest';
import { portTraits } from '../api/nodes/port-traits';
import type { CheckedGraph } from '../compile/checked-graph';

/**
 * What each node's result depends on, as one digest: its type, version and parameters, the digests
 * of what is wired to it, the data bound to it, and the device.
 */
export async function nodeKeys(
  graph: CheckedGraph,
  inputDigest: (nodeId: string) => string | undefined,
  device: string,
): Promise<ReadonlyMap<string, string>> {
  const keys = new Map<string, string>();
  for (const node of graph.nodes) {
    const wires = Object.entries(node.inputs).map(([port, sources]) => [
      port,
      sources.map((source) => `${keys.get(source.nodeId)}.${source.port}`),
    ]);
    const text = JSON.stringify([
      node.definition.type,
      node.definition.version,
      node.params,
      wires,
      inputDigest(node.id) ?? null,
      device,
      // Other names change nothing.
      Object.values(node.definition.outputs).some(({ type }) => portTraits(type).namesItsLoss)
        ? node.id
        : null,
    ]);
    keys.set(node.id, await sha256Hex(new TextEncoder().encode(text)));
  }
  return keys;
}

import { sha256Hex } from '../../imaging/volume-digest';
import { portTraits } from '../api/nodes/port-traits';
import type { CheckedGraph, CheckedNode } from '../compile/checked-graph';

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
    keys.set(node.id, await keyOf(node, node.params, keys, inputDigest(node.id), device));
  }
  return keys;
}

/**
 * What a training's way depends on, as one digest: all that its result does but for how many steps it goes, so that more
 * of them go on where fewer ended.
 * @param keys of all nodes, as `nodeKeys` gives them
 */
export function checkpointKey(
  node: CheckedNode,
  keys: ReadonlyMap<string, string>,
  device: string,
): Promise<string> {
  const { steps: _, ...params } = node.params as Readonly<Record<string, unknown>>;
  return keyOf(node, params, keys, undefined, device);
}

function keyOf(
  node: CheckedNode,
  params: unknown,
  keys: ReadonlyMap<string, string>,
  inputDigest: string | undefined,
  device: string,
): Promise<string> {
  const { definition } = node;
  const wires = Object.entries(node.inputs).map(([port, sources]) => [
    port,
    sources.map((source) => `${keys.get(source.nodeId)}.${source.port}`),
  ]);
  const text = JSON.stringify([
    definition.type,
    definition.version,
    params,
    wires,
    inputDigest ?? null,
    device,
    // Other names change nothing.
    Object.values(definition.outputs).some(({ type }) => portTraits(type).namesItsLoss)
      ? node.id
      : null,
  ]);
  return sha256Hex(new TextEncoder().encode(text));
}

import type { NodeDefinition } from '../api/nodes/define-node';
import type { CheckedGraph } from './checked-graph';

/**
 * What outlives a run, from most to least; the rest goes as soon as its last reader is done.
 * - `all`: what every node gives, so that all of it can be looked at and found by the next run.
 * - `costly`: what is needed, and what nodes with loops give: the rest is soon computed anew.
 * - `needed`: what the recipe saves, and all that is only a handful of numbers (tables, affine
 *   transforms).
 */
export const keeps = ['all', 'costly', 'needed'] as const;
export type Keep = (typeof keeps)[number];

/** Outputs, as `node.port`, that the recipe saves to files. */
export function savedPorts({ nodes }: CheckedGraph): ReadonlySet<string> {
  const saved = nodes.flatMap(({ definition, params, inputs }) =>
    (definition.files?.(params as never) ?? []).flatMap(({ port }) => inputs[port] ?? []),
  );
  return new Set(saved.map(({ nodeId, port }) => `${nodeId}.${port}`));
}

/** Outputs, as `node.port`, that other nodes read: where only what is needed is kept, those that it needs. */
export function readPorts({ nodes }: CheckedGraph, keep: Keep): ReadonlySet<string> {
  const read = new Set<string>();
  const needed = new Set<string>();
  const isAsked = ({ files, outputs }: NodeDefinition) =>
    files !== undefined || Object.values(outputs).some(({ type }) => type === 'table');
  for (const { id, definition, inputs } of [...nodes].reverse()) {
    if (keep === 'needed' && !needed.has(id) && !isAsked(definition)) continue;
    for (const { nodeId, port } of Object.values(inputs).flat()) {
      needed.add(nodeId);
      read.add(`${nodeId}.${port}`);
    }
  }
  return read;
}

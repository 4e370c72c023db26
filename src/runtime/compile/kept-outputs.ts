import type { CheckedGraph } from './checked-graph';

/**
 * What outlives a run.
 * - `all`: what every node gives, so that all of it can be looked at and found by the next run.
 * - `needed`: what the recipe saves, and all that is only a handful of numbers (tables, affine
 *   transforms). Other images and fields go as soon as their last reader is done.
 */
export type Keep = 'all' | 'needed';

/** Outputs, as `node.port`, that the recipe saves to files. */
export function savedPorts({ nodes }: CheckedGraph): ReadonlySet<string> {
  const saved = nodes.flatMap(({ definition, params, inputs }) =>
    (definition.files?.(params as never) ?? []).flatMap(({ port }) => inputs[port] ?? []),
  );
  return new Set(saved.map(({ nodeId, port }) => `${nodeId}.${port}`));
}

/** Outputs, as `node.port`, that other nodes read. */
export function readPorts({ nodes }: CheckedGraph): ReadonlySet<string> {
  const read = nodes.flatMap(({ inputs }) => Object.values(inputs).flat());
  return new Set(read.map(({ nodeId, port }) => `${nodeId}.${port}`));
}

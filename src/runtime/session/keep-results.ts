import { sameGrid } from '../../imaging/grid';
import type { NiftiGeometry } from '../../imaging/nifti/header';
import type { LevelOutcome, OutputHandle } from '../api/engine-api';
import type { TransformValue } from '../api/port-values';
import type { Compiled } from '../compile/compile';
import { type DataValue, valuesOf } from '../compile/data-values';
import { keptKey, loaderKey } from '../compile/lower';
import type { Execution } from '../devices';
import type { Plan } from '../ir/plan';
import type { ValueId, ValueType } from '../ir/values';
import type { StoredInput } from './input-store';
import type { Prepared } from './prepare-recipe';
import { readResult } from './read-result';
import type { ResultStore, StoredResult } from './result-store';

/** Results of a run by node, in the order of the graph, and the key under which each can be read. */
export interface Kept {
  readonly results: ReadonlyMap<string, StoredResult>;
  readonly keys: ReadonlyMap<string, string>;
}

/** Gives an execution the voxels of its loaders and what earlier runs left. */
export function writeInputs(execution: Execution, plan: Plan, { inputs, kept }: Prepared): void {
  const byKey = new Map<string, readonly Float32Array[]>();
  for (const [nodeId, { volume }] of inputs) byKey.set(loaderKey(nodeId), [volume.values]);
  for (const [nodeId, { data }] of kept) {
    for (const [value, planes] of data) byKey.set(keptKey(nodeId, value), planes);
  }
  for (const { value, key } of plan.inputs) {
    plan.buffersOfValue.get(value)?.forEach((buffer, plane) => {
      const data = byKey.get(key)?.[plane];
      if (data) execution.write(buffer, data);
    });
  }
}

/**
 * Reads every node's results back and keeps them.
 * @param levels how the levels of this run's loops ended
 * @param turnedIn id of the run, where a parameter was turned by hand in it: its results are no
 * longer what the recipe says, so they can be read but not found by the next run
 */
export async function keepResults(
  store: ResultStore,
  { graph, keys, inputs, kept }: Prepared,
  { outputs, plan, graph: ops }: Compiled,
  execution: Execution,
  levels: readonly LevelOutcome[],
  turnedIn: string | undefined,
): Promise<Kept> {
  const results = new Map<string, StoredResult>();
  const storedKeys = new Map<string, string>();
  for (const { id, definition } of graph.nodes) {
    const ports = outputs.get(id) ?? {};
    const key = keys.get(id) ?? '';
    const known = kept.get(id);
    if (known) {
      results.set(id, known);
      storedKeys.set(id, key);
      continue;
    }
    if (definition.source || Object.keys(ports).length === 0) continue;
    const data = new Map<ValueId, readonly Float32Array[]>();
    const types = new Map<ValueId, ValueType>();
    for (const value of Object.values(ports).flatMap(valuesOf)) {
      const buffers = plan?.buffersOfValue.get(value) ?? [];
      data.set(value, await Promise.all(buffers.map((buffer) => execution.read(buffer))));
      const type = ops?.types[value];
      if (type) types.set(value, type);
    }
    results.set(id, {
      ports,
      types,
      data,
      geometry: geometryFor(ports, inputs),
      levels: levels.filter((level) => level.nodeId === id),
    });
    storedKeys.set(id, turnedIn === undefined ? key : `${key}-${turnedIn}`);
  }
  store.keep(new Map([...results].map(([id, result]) => [storedKeys.get(id) ?? id, result])));
  return { results, keys: storedKeys };
}

/** What can be read after a run, by node and port. */
export function outputHandles({ graph, inputs }: Prepared, kept: Kept): readonly OutputHandle[] {
  return graph.nodes.flatMap(({ id, definition }): OutputHandle[] => {
    const input = inputs.get(id);
    if (definition.source && input) {
      const [port = ''] = Object.keys(definition.outputs);
      return [{ nodeId: id, port, kind: input.descriptor.kind, handle: input.handle }];
    }
    return Object.entries(kept.results.get(id)?.ports ?? {}).map(([port, value]) => ({
      nodeId: id,
      port,
      kind: value.kind,
      handle: `result:${kept.keys.get(id)}:${port}`,
      ...(value.kind === 'transform' && { fields: fieldsOf(value) }),
    }));
  });
}

function fieldsOf(transform: TransformValue): NonNullable<OutputHandle['fields']> {
  return [
    ...(transform.displacement === undefined ? [] : (['displacement'] as const)),
    ...(transform.inverseDisplacement === undefined ? [] : (['inverse-displacement'] as const)),
  ];
}

/** Numbers of all tables; rows that several nodes give are told apart by the node's id. */
export function metricsOf(kept: Kept): Readonly<Record<string, number>> {
  const metrics: Record<string, number> = {};
  for (const [nodeId, result] of kept.results) {
    for (const [port, value] of Object.entries(result.ports)) {
      if (value.kind !== 'table') continue;
      const table = readResult(result, port, { handle: '', as: 'table' });
      if (table.kind !== 'table') continue;
      for (const row of table.rows) {
        metrics[Object.hasOwn(metrics, row.name) ? `${nodeId}.${row.name}` : row.name] = row.value;
      }
    }
  }
  return metrics;
}

/** How every level ended, of this run and of the earlier ones whose results still hold. */
export function levelsOf(kept: Kept): readonly LevelOutcome[] {
  return [...kept.results].flatMap(([nodeId, { levels }]) =>
    levels.map((level) => ({ ...level, nodeId })),
  );
}

/** Header of the first input that lies on the grid of these results. */
function geometryFor(
  ports: Readonly<Record<string, DataValue>>,
  inputs: ReadonlyMap<string, StoredInput>,
): NiftiGeometry | undefined {
  const [grid] = Object.values(ports).flatMap((value) =>
    value.kind === 'table' ? [] : [value.grid],
  );
  if (!grid) return undefined;
  return [...inputs.values()].find((input) => sameGrid(input.descriptor.grid, grid))?.geometry;
}

import { sameGrid } from '../../imaging/grid';
import type { NiftiGeometry } from '../../imaging/nifti/header';
import type { NamedNumbers } from '../api/data-kinds/define-data-kind';
import { dataKindOf } from '../api/data-kinds/index';
import type { Diagnostic } from '../api/engine/diagnostics';
import type { LevelOutcome, OutputHandle } from '../api/engine/engine-api';
import { partsIn } from '../api/engine/file-writers/index';
import { handsSourceOn } from '../compile/checked-graph';
import type { Compiled } from '../compile/compile';
import { type DataValue, gridOf, mapDataValues, valuesOf } from '../compile/data-values';
import { keptKey, partKey } from '../compile/lower';
import { firstOfChain, type ToldWarning } from '../compile/result-warnings';
import { DeviceFailure, type Execution } from '../devices';
import type { HeldPlane } from '../held-plane';
import type { Plan } from '../ir/plan';
import type { ValueId, ValueType } from '../ir/values';
import { computedValue, shapeOf } from './computed-results';
import type { StoredInput } from './input-store';
import type { Prepared } from './prepare-recipe';
import { ResultData } from './result-data';
import { resultHandle } from './result-handles';
import type { ResultStore, StoredResult } from './result-store';

/** Results of a run by node, in the order of the graph, and the key under which each can be read. */
export interface Kept {
  readonly results: ReadonlyMap<string, StoredResult>;
  readonly keys: ReadonlyMap<string, string>;
  /** Where the device gave up while results were read: what follows is missing. */
  readonly failure?: DeviceFailure;
}

/** Gives an execution the numbers of its loaders and what earlier runs left. */
export async function writeInputs(
  execution: Execution,
  plan: Plan,
  { inputs, kept }: Prepared,
): Promise<void> {
  const byKey = new Map<string, readonly (Float32Array | HeldPlane)[]>();
  for (const [nodeId, { descriptor, numbers }] of inputs) {
    mapDataValues(descriptor, (id, part) => {
      byKey.set(partKey(nodeId, descriptor.kind, part), numbers.get(id) ?? []);
      return id;
    });
  }
  for (const [nodeId, { data }] of kept) {
    for (const [value, planes] of [...data.scalars, ...data.fields]) {
      byKey.set(keptKey(nodeId, value), planes);
    }
  }
  for (const { value, key } of plan.inputs) {
    const planes = byKey.get(key) ?? [];
    for (const [index, buffer] of (plan.buffersOfValue.get(value) ?? []).entries()) {
      const plane = planes[index];
      if (plane instanceof Float32Array) execution.write(buffer, plane);
      else if (plane) await execution.take(buffer, plane);
    }
  }
}

/** How results are kept. */
export interface KeepOptions {
  /** Where they lie; undefined where nothing can be read, and only what was known is kept. */
  readonly execution: Execution | undefined;
  /** Which nodes are complete. */
  isComplete(nodeId: string): boolean;
  /** Is told of each new result: whoever asked holds it, and releases it. */
  onHeld(result: StoredResult): void;
  /** How the levels of this run's loops ended. */
  readonly levels: readonly LevelOutcome[];
  /** What speaks against results of this run. */
  readonly warnings: readonly ToldWarning[];
  /**
   * Number of the run, where a parameter was turned by hand in it: its results are no longer what the
   * recipe says, so they can be read but not found by the next run.
   */
  readonly turnedIn: number | undefined;
}

/**
 * Keeps what every complete node left, until the device gives up: fields where they lie, handfuls of
 * numbers at hand. Outputs that the plan does not keep are gone.
 */
export async function keepResults(
  store: ResultStore,
  prepared: Prepared,
  compiled: Compiled,
  options: KeepOptions,
): Promise<Kept> {
  const { graph, keys, kept, inputs } = prepared;
  const results = new Map<string, StoredResult>();
  const storedKeys = new Map<string, string>();
  let failure: DeviceFailure | undefined;
  for (const node of graph.nodes) {
    const { id } = node;
    const ports = compiled.outputs.get(id) ?? {};
    const key = keys.get(id) ?? '';
    const known = kept.get(id);
    if (known) {
      results.set(id, known);
      storedKeys.set(id, key);
      continue;
    }
    const lasting = lastingPorts(ports, compiled);
    if (handsSourceOn(node) || Object.keys(lasting).length === 0) continue;
    if (failure || !options.execution || !options.isComplete(id)) continue;
    try {
      const result: StoredResult = {
        ports: lasting,
        ...(await keptNumbers(lasting, compiled, options.execution)),
        geometry: geometryFor(lasting, inputs),
        levels: options.levels.filter((level) => level.nodeId === id),
        warnings: options.warnings.filter(({ diagnostic }) => diagnostic.at.nodeId === id),
      };
      options.onHeld(result);
      results.set(id, result);
      storedKeys.set(id, options.turnedIn === undefined ? key : `${key}-${options.turnedIn}`);
    } catch (error) {
      if (!(error instanceof DeviceFailure)) throw error;
      failure = new DeviceFailure(error.reason, error.message, error.origin ?? id);
    }
  }
  store.keep(new Map([...results].map(([id, result]) => [storedKeys.get(id) ?? id, result])));
  return { results, keys: storedKeys, ...(failure ? { failure } : {}) };
}

/** The outputs of a node that the plan keeps. */
function lastingPorts(
  ports: Readonly<Record<string, DataValue>>,
  { plan }: Compiled,
): Readonly<Record<string, DataValue>> {
  const results = new Set(plan?.results);
  return Object.fromEntries(
    Object.entries(ports).filter(([, value]) => valuesOf(value).every((id) => results.has(id))),
  );
}

async function keptNumbers(
  ports: Readonly<Record<string, DataValue>>,
  { plan, graph }: Compiled,
  execution: Execution,
): Promise<Pick<StoredResult, 'data' | 'types'>> {
  const scalars = new Map<ValueId, readonly Float32Array[]>();
  const types = new Map<ValueId, ValueType>();
  const values = new Set(Object.values(ports).flatMap(valuesOf));
  for (const value of values) {
    const type = graph?.types[value];
    if (type) types.set(value, type);
    if (type?.kind === 'field') continue;
    const buffers = plan?.buffersOfValue.get(value) ?? [];
    scalars.set(value, await Promise.all(buffers.map((buffer) => execution.read(buffer))));
  }
  // Held once nothing can fail any more, or nobody would release them.
  const fields = [...values].filter((value) => types.get(value)?.kind === 'field');
  const held = fields.map((value): [ValueId, readonly HeldPlane[]] => [
    value,
    (plan?.buffersOfValue.get(value) ?? []).map((buffer) => execution.hold(buffer)),
  ]);
  return { data: new ResultData(scalars, new Map(held)), types };
}

/** What can be read after a run, by node and port. */
export function outputHandles({ graph, inputs }: Prepared, kept: Kept): readonly OutputHandle[] {
  return graph.nodes.flatMap((node): OutputHandle[] => {
    const { id, definition } = node;
    const input = inputs.get(id);
    if (input && handsSourceOn(node)) {
      const [port = ''] = Object.keys(definition.outputs);
      return [{ nodeId: id, port, kind: input.descriptor.kind, handle: input.handle }];
    }
    const result = kept.results.get(id);
    if (!result) return [];
    return Object.entries(result.ports).map(([port, value]) => {
      const fields = partsIn(shapeOf(value));
      const handle = resultHandle({ key: kept.keys.get(id) ?? '', port });
      return { nodeId: id, port, kind: value.kind, handle, ...(fields ? { fields } : {}) };
    });
  });
}

/**
 * Numbers of all tables. A row has its plain name only where one node of the recipe can give it:
 * another node beside it, finished or not, must not take the name over.
 * @param outputs what all nodes give, by port
 * @param asked names that somebody looks for, `row` or `node.row`
 */
export function metricsOf(
  kept: Kept,
  outputs: Compiled['outputs'],
  asked: readonly string[],
): Readonly<Record<string, number>> {
  const givers = new Map<string, number>();
  for (const ports of outputs.values()) {
    const names = Object.values(ports).flatMap(
      (value) => dataKindOf(value).metricNames?.(value) ?? [],
    );
    for (const name of new Set(names)) givers.set(name, (givers.get(name) ?? 0) + 1);
  }
  const metrics: Record<string, number> = {};
  for (const [nodeId, result] of kept.results) {
    for (const row of Object.values(result.ports).flatMap((value) => metricRows(value, result))) {
      const full = `${nodeId}.${row.name}`;
      const isUnique = givers.get(row.name) === 1;
      metrics[isUnique ? row.name : full] = row.value;
      if (asked.includes(full)) metrics[full] = row.value;
    }
  }
  return metrics;
}

/** The numbers of a value that are metrics of the run. */
function metricRows(value: DataValue, { data }: StoredResult): NamedNumbers {
  const kind = dataKindOf(value);
  return kind.metricNames ? (kind.asTable?.(computedValue(value, data.scalars)) ?? []) : [];
}

/** How every level ended, of this run and of the earlier ones whose results still hold. */
export function levelsOf(kept: Kept): readonly LevelOutcome[] {
  return [...kept.results].flatMap(([nodeId, { levels }]) =>
    levels.map((level) => ({ ...level, nodeId })),
  );
}

/**
 * What speaks against the results, once each.
 * @param fresh what this run has found, of which nothing else may be kept
 */
export function warningsOf(
  { graph }: Prepared,
  { results }: Kept,
  fresh: readonly ToldWarning[],
): readonly Diagnostic[] {
  const byNode = graph.nodes.map(({ id }): [string, readonly ToldWarning[]] => [
    id,
    // Those of earlier runs may be of an equal node of another name.
    results.get(id)?.warnings?.map(({ about, diagnostic }) => ({
      about,
      diagnostic: { ...diagnostic, at: { ...diagnostic.at, nodeId: id } },
    })) ?? fresh.filter(({ diagnostic }) => diagnostic.at.nodeId === id),
  ]);
  return firstOfChain(graph, new Map(byNode));
}

/** Header of the first input that lies on the grid of these results. */
export function geometryFor(
  ports: Readonly<Record<string, DataValue>>,
  inputs: ReadonlyMap<string, StoredInput>,
): NiftiGeometry | undefined {
  const [grid] = Object.values(ports).flatMap((value) => gridOf(value) ?? []);
  if (!grid) return undefined;
  return [...inputs.values()].find(({ descriptor, geometry }) => {
    const own = geometry && gridOf(descriptor);
    return own && sameGrid(own, grid);
  })?.geometry;
}

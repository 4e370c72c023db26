import { sameGrid } from '../../../imaging/grid';
import type { NiftiGeometry } from '../../../imaging/nifti/header';
import type { LevelOutcome } from '../../api/engine/engine-api';
import { handsSourceOn } from '../../compile/checked-graph';
import type { Compiled } from '../../compile/compile';
import { type DataValue, gridOf, valuesOf } from '../../compile/data-values';
import type { ToldWarning } from '../../compile/result-warnings';
import { DeviceFailure, type Execution } from '../../devices';
import type { HeldPlane } from '../../held-plane';
import type { PlaneArray, ValueId, ValueType } from '../../ir/values';
import type { StoredInput } from '../inputs/input-store';
import type { Prepared } from '../prepare-recipe';
import { ResultData } from '../results/result-data';
import type { ResultStore, StoredResult } from '../results/result-store';

/** Results of a run by node, in the order of the graph, and the key under which each can be read. */
export interface Kept {
  readonly results: ReadonlyMap<string, StoredResult>;
  readonly keys: ReadonlyMap<string, string>;
  /** Where the device gave up while results were read: what follows is missing. */
  readonly failure?: DeviceFailure;
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
  const scalars = new Map<ValueId, readonly PlaneArray[]>();
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

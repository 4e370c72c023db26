import type { NamedNumbers } from '../../api/data-kinds/define-data-kind';
import { dataKindOf } from '../../api/data-kinds/index';
import type { Diagnostic } from '../../api/engine/diagnostics';
import type { LevelOutcome, OutputHandle } from '../../api/engine/engine-api';
import { partsIn } from '../../api/engine/file-writers/index';
import { handsSourceOn } from '../../compile/checked-graph';
import type { Compiled } from '../../compile/compile';
import type { DataValue } from '../../compile/data-values';
import { firstOfChain, type ToldWarning } from '../../compile/result-warnings';
import type { Prepared } from '../prepare-recipe';
import { resultHandle } from '../results/result-handles';
import type { StoredResult } from '../results/result-store';
import { computedValue, shapeOf } from '../results/values-with-data';
import type { Kept } from './keep-results';

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
 * another node beside it, finished or not, must not take the name over. What evaluation nodes measured
 * comes first: it is what one looks for, and the others tell how it came about.
 * @param outputs what all nodes give, by port
 * @param asked names that somebody looks for, `row` or `node.row`
 */
export function metricsOf(
  { graph }: Prepared,
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
  const evaluates = new Set(
    graph.nodes.flatMap(({ id, definition }) => (definition.section === 'evaluate' ? [id] : [])),
  );
  const results = [...kept.results].sort(
    ([a], [b]) => Number(evaluates.has(b)) - Number(evaluates.has(a)),
  );
  for (const [nodeId, result] of results) {
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

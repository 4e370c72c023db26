import type { Op, OpGraph } from '../ir/op-graph';
import type { ValueId } from '../ir/values';
import { type OpRegistry, opRegistry } from '../ops/index';
import { leaving, mapOpLists, readsOf, substitute } from './traverse';

/** Each can be switched off, so that a wrong answer can be bisected. */
export interface SimplifyOptions {
  readonly mergeEqual?: boolean;
  readonly hoist?: boolean;
  readonly dropUnused?: boolean;
}

/**
 * Merges equal ops, moves what is constant within a loop out of it, and drops what nobody reads.
 * Ops read by a dial stay where they are: their value may change during the run.
 */
export function simplify(
  graph: OpGraph,
  options: SimplifyOptions = {},
  registry: OpRegistry = opRegistry,
): OpGraph {
  let result = graph;
  if (options.mergeEqual !== false) result = mergeEqual(result, registry);
  if (options.hoist !== false) result = hoist(result, registry);
  // What was hoisted from several levels or loops may be equal.
  if (options.mergeEqual !== false) result = mergeEqual(result, registry);
  if (options.dropUnused !== false) result = dropUnused(result);
  return result;
}

/** Values that a person may change while the program runs. */
function changingValues(graph: OpGraph): Set<ValueId> {
  return new Set(graph.dials.map((dial) => dial.value));
}

/** An op list in which every op that repeats an earlier one, here or in a scope around, is gone. */
function mergeEqual(graph: OpGraph, registry: OpRegistry): OpGraph {
  const changing = changingValues(graph);
  const visit = (
    ops: readonly Op[],
    around: ReadonlyMap<string, Op>,
    replacement: Map<ValueId, ValueId>,
  ): readonly Op[] => {
    const known = new Map(around);
    const kept: Op[] = [];
    for (const original of ops) {
      const op = substitute(original, replacement);
      if (op.region) {
        // A dial may be turned while the loop runs: what was made of it before does not stand for
        // what is made of it within or after.
        for (const [key, { inputs }] of known) {
          if (Object.values(inputs).some((value) => changing.has(value))) known.delete(key);
        }
        const inner = visit(op.region.ops, known, replacement);
        const { ops: _, ...rest } = op.region;
        kept.push(substitute({ ...op, region: { ...rest, ops: inner } }, replacement));
        continue;
      }
      const inPlace = registry.get(op.op)?.traits?.updatesInPlace !== undefined;
      const key = `${op.op}|${JSON.stringify(op.inputs)}|${JSON.stringify(op.attributes)}`;
      const twin = inPlace ? undefined : known.get(key);
      if (twin) {
        for (const [name, value] of Object.entries(op.outputs)) {
          replacement.set(value, twin.outputs[name] as ValueId);
        }
        continue;
      }
      known.set(key, op);
      kept.push(op);
    }
    return kept;
  };
  const replacement = new Map<ValueId, ValueId>();
  const ops = visit(graph.ops, new Map(), replacement);
  return {
    ...graph,
    ops,
    results: graph.results.map((value) => replacement.get(value) ?? value),
  };
}

function hoist(graph: OpGraph, registry: OpRegistry): OpGraph {
  const changing = changingValues(graph);
  return mapOpLists(graph, (ops) => {
    const result: Op[] = [];
    for (const op of ops) {
      const { region } = op;
      if (!region) {
        result.push(op);
        continue;
      }
      const inside = new Set<ValueId>([...region.carried, region.iteration, ...changing]);
      const staying: Op[] = [];
      for (const inner of region.ops) {
        const moves =
          !inner.region &&
          !readsOf(inner).some((value) => inside.has(value)) &&
          registry.get(inner.op)?.traits?.updatesInPlace === undefined;
        if (moves) {
          result.push({ ...inner, scheduledFor: op.origin });
        } else {
          staying.push(inner);
          for (const value of Object.values(inner.outputs)) inside.add(value);
        }
      }
      result.push({ ...op, region: { ...region, ops: staying } });
    }
    return result;
  });
}

/** Drops ops whose outputs nobody reads, from the end backwards. */
export function dropUnused(graph: OpGraph): OpGraph {
  const visit = (ops: readonly Op[], live: Set<ValueId>): readonly Op[] => {
    const kept: Op[] = [];
    for (let index = ops.length - 1; index >= 0; index -= 1) {
      const op = ops[index] as Op;
      if (!Object.values(op.outputs).some((value) => live.has(value))) continue;
      let finished = op;
      if (op.region) {
        const { region } = op;
        const ops = visit(region.ops, new Set(leaving(region)));
        finished = { ...op, region: { ...region, ops } };
      }
      for (const value of readsOf(finished)) live.add(value);
      kept.push(finished);
    }
    return kept.reverse();
  };
  return { ...graph, ops: visit(graph.ops, new Set(graph.results)) };
}

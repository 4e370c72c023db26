import type { Diagnostic } from '../api/engine/diagnostics';
import { messages } from '../api/engine/messages';
import type { Descent, Judge } from '../api/nodes/lowering-problem';
import type { ValueId } from '../ir/values';
import type { CheckedGraph } from './checked-graph';

/** What may turn out to speak against a node's result. */
export interface ResultWarning {
  /** Scalars that are looked at; none where the recipe and the headers say it all. */
  readonly values: readonly ValueId[];
  readonly nodeId: string;
  readonly judge: Judge;
}

/** A warning of a node, and what it is about. */
export interface ToldWarning {
  readonly about: string;
  readonly diagnostic: Diagnostic;
}

/**
 * What speaks against results once they are there, in the order of the nodes.
 * @param read numbers that the run left in a value
 * @param descentsOf how the loops of a node went
 */
export async function toldWarnings(
  warnings: readonly ResultWarning[],
  read: (value: ValueId) => Promise<ArrayLike<number>>,
  descentsOf: (nodeId: string) => readonly Descent[],
): Promise<readonly ToldWarning[]> {
  // Asked for together: each answer takes its time on the way.
  const found = await Promise.all(
    warnings.map(({ values }) =>
      Promise.all(values.map(async (value) => Array.from(await read(value)))),
    ),
  );
  return warnings.flatMap(({ judge, nodeId }, index) =>
    told(nodeId, judge(found[index] ?? [], descentsOf(nodeId))),
  );
}

/** What can be said before anything has run. */
export function knownWarnings(warnings: readonly ResultWarning[]): readonly ToldWarning[] {
  return warnings.flatMap(({ values, judge, nodeId }) =>
    values.length === 0 ? told(nodeId, judge([], [])) : [],
  );
}

function told(nodeId: string, doubt: ReturnType<Judge>): readonly ToldWarning[] {
  return doubt ? [{ about: doubt.about, diagnostic: messages.doubt(nodeId, doubt) }] : [];
}

/**
 * Warnings without those that only repeat what one of the same about an earlier node of the chain says.
 * @param byNode warnings of nodes that have a result
 */
export function firstOfChain(
  { nodes }: CheckedGraph,
  byNode: ReadonlyMap<string, readonly ToldWarning[]>,
): readonly Diagnostic[] {
  const said = new Map<string, ReadonlySet<string>>();
  const diagnostics: Diagnostic[] = [];
  // Nodes come after those that they read.
  for (const { id, inputs } of nodes) {
    const before = Object.values(inputs).flatMap((sources) =>
      (sources ?? []).flatMap(({ nodeId }) => [...(said.get(nodeId) ?? [])]),
    );
    const about = new Set(before);
    for (const warning of byNode.get(id) ?? []) {
      if (!before.includes(warning.about)) diagnostics.push(warning.diagnostic);
      about.add(warning.about);
    }
    said.set(id, about);
  }
  return diagnostics;
}

import type { LoopRegion, Op, OpGraph } from '../ir/op-graph';
import type { ValueId } from '../ir/values';

/** Values that an op reads, those that its region reads from outside included. */
export function readsOf(op: Op): readonly ValueId[] {
  const own = Object.values(op.inputs);
  if (!op.region) return own;
  const { region } = op;
  const defined = new Set<ValueId>([...region.carried, region.iteration]);
  const reads = new Set<ValueId>(own);
  for (const inner of region.ops) {
    for (const value of readsOf(inner)) if (!defined.has(value)) reads.add(value);
    for (const value of Object.values(inner.outputs)) defined.add(value);
  }
  for (const value of leaving(region)) if (!defined.has(value)) reads.add(value);
  return [...reads];
}

/** Values that must be whole at the end of a loop's body: carried on, recorded or shown. */
export function leaving({ next, losses, marks = [], preview }: LoopRegion): readonly ValueId[] {
  const shown = preview === undefined ? [] : [preview];
  return [...next, ...losses.map((loss) => loss.value), ...marks, ...shown];
}

/** A copy of the graph in which every op list was rewritten, inner lists first. */
export function mapOpLists(
  graph: OpGraph,
  rewrite: (ops: readonly Op[]) => readonly Op[],
): OpGraph {
  const visit = (ops: readonly Op[]): readonly Op[] =>
    rewrite(
      ops.map((op) =>
        op.region ? { ...op, region: { ...op.region, ops: visit(op.region.ops) } } : op,
      ),
    );
  return { ...graph, ops: visit(graph.ops) };
}

/** A copy of an op in which values are replaced: inputs, and everything its region uses. */
export function substitute(op: Op, replacement: ReadonlyMap<ValueId, ValueId>): Op {
  if (replacement.size === 0) return op;
  const swap = (value: ValueId): ValueId => replacement.get(value) ?? value;
  const inputs = Object.fromEntries(
    Object.entries(op.inputs).map(([name, value]) => [name, swap(value)]),
  );
  if (!op.region) return { ...op, inputs };
  const { region } = op;
  return {
    ...op,
    inputs,
    region: {
      ...region,
      ops: region.ops.map((inner) => substitute(inner, replacement)),
      next: region.next.map(swap),
      losses: region.losses.map((loss) => ({ ...loss, value: swap(loss.value) })),
      ...(region.marks === undefined ? {} : { marks: region.marks.map(swap) }),
      ...(region.preview === undefined ? {} : { preview: swap(region.preview) }),
    },
  };
}

/** Index of the last op of a list that reads a value; `Infinity` for those needed after it. */
export function lastUses(
  ops: readonly Op[],
  needed: ReadonlySet<ValueId>,
): ReadonlyMap<ValueId, number> {
  const last = new Map<ValueId, number>();
  ops.forEach((op, index) => {
    for (const value of readsOf(op)) last.set(value, index);
  });
  for (const value of needed) last.set(value, Number.POSITIVE_INFINITY);
  return last;
}

/** How many ops there are, those of loop bodies included. */
export function opCount(ops: readonly Op[]): number {
  return ops.reduce((sum, { region }) => sum + 1 + (region ? opCount(region.ops) : 0), 0);
}

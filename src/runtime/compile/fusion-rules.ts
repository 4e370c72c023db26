import type { Op } from '../ir/op-graph';
import type { ValueId, ValueType } from '../ir/values';
import type { OpTraits } from '../ops/define-op';
import { type OpRegistry, opRegistry } from '../ops/index';

/** What a rule may know beside the ops of the list. */
export interface FusionContext {
  readonly registry: OpRegistry;
  /** Types of all values of the program. */
  readonly types: readonly ValueType[];
  /** Values of the list that are needed after it. */
  readonly leaving: ReadonlySet<ValueId>;
}

/** A rewrite of one op list. Values keep their ids, so that readers need not change. */
export interface FusionRule {
  readonly name: string;
  rewrite(ops: readonly Op[], context: FusionContext): readonly Op[];
}

/** What the ops themselves say they can be computed together with, a rule each. */
export function pairRules(registry: OpRegistry = opRegistry): readonly FusionRule[] {
  return [...registry.values()].flatMap(({ name, traits }) =>
    traits?.fusesWith ? [pairRule(name, traits.fusesWith)] : [],
  );
}

/** Two ops with equal inputs and attributes become the one that gives the outputs of both. */
function pairRule(
  first: string,
  { partner, into, name }: NonNullable<OpTraits['fusesWith']>,
): FusionRule {
  return {
    name,
    rewrite(ops) {
      const key = (op: Op): string => JSON.stringify([op.inputs, op.attributes]);
      const partners = ops.filter((op) => op.op === partner);
      const pairs = new Map<Op, { readonly first: Op; readonly second: Op }>();
      for (const op of ops.filter((candidate) => candidate.op === first)) {
        const second = partners.find((other) => !pairs.has(other) && key(other) === key(op));
        if (!second) continue;
        const pair = { first: op, second };
        pairs.set(op, pair).set(second, pair);
      }
      const done = new Set<object>();
      const result: Op[] = [];
      for (const op of ops) {
        const pair = pairs.get(op);
        if (!pair) {
          result.push(op);
          continue;
        }
        // Where the first of both stood: what they read is there, and whoever reads them comes later.
        if (done.has(pair)) continue;
        done.add(pair);
        result.push({
          ...pair.first,
          op: into,
          outputs: { ...pair.first.outputs, ...pair.second.outputs },
        });
      }
      return result;
    },
  };
}

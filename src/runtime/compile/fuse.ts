import type { Op, OpGraph } from '../ir/op-graph';
import type { ValueId, ValueType } from '../ir/values';
import { type OpRegistry, opRegistry } from '../ops/index';
import { formulaSubstitution } from './fuse-formulas';
import { scaledInputRules } from './fuse-scaled-inputs';
import { type FusionRule, pairRules } from './fusion-rules';
import { dropUnused } from './simplify';
import { leaving } from './traverse';

/** Every rule, in the order in which they are applied. */
export const fusionRules: readonly FusionRule[] = [
  ...pairRules(),
  ...scaledInputRules(),
  formulaSubstitution,
];

/**
 * Applies the short list of rules for what is hot. Each rule replaces ops by fewer that compute the
 * same; `off` names rules to leave out, so that a wrong answer can be bisected.
 */
export function fuse(
  graph: OpGraph,
  options: { readonly off?: readonly string[] } = {},
  rules: readonly FusionRule[] = fusionRules,
  registry: OpRegistry = opRegistry,
): OpGraph {
  const types = [...graph.types];
  const define = (type: ValueType): ValueId => (types.push(type) - 1) as ValueId;
  const chosen = rules.filter((rule) => !options.off?.includes(rule.name));
  const apply = (
    ops: readonly Op[],
    rule: FusionRule,
    needed: ReadonlySet<ValueId>,
  ): readonly Op[] =>
    rule.rewrite(
      ops.map((op) => {
        const { region } = op;
        if (!region) return op;
        const inner = apply(region.ops, rule, new Set(leaving(region)));
        return { ...op, region: { ...region, ops: inner } };
      }),
      { registry, types, leaving: needed, define },
    );
  const results = new Set(graph.results);
  const ops = chosen.reduce((current, rule) => apply(current, rule, results), graph.ops);
  return dropUnused({ ...graph, types, ops });
}

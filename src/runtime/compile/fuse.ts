import type { OpGraph } from '../ir/op-graph';
import { type FusionRule, fusionRules } from './fusion-rules';
import { dropUnused } from './simplify';
import { mapOpLists } from './traverse';

/**
 * Applies the short list of rules for what is hot. Each rule replaces ops by fewer that compute the
 * same; `off` names rules to leave out, so that a wrong answer can be bisected.
 */
export function fuse(
  graph: OpGraph,
  options: { readonly off?: readonly string[] } = {},
  rules: readonly FusionRule[] = fusionRules,
): OpGraph {
  const chosen = rules.filter((rule) => !options.off?.includes(rule.name));
  const fused = chosen.reduce((current, rule) => mapOpLists(current, rule.rewrite), graph);
  return dropUnused(fused);
}

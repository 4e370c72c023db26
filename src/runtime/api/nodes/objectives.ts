import type { ValueId } from '../../ir/values';
import type { Builder } from './builder';
import type { ObjectiveContext, ObjectivePart } from './port-values';

/** The loss that is made small, and each objective before its weight. */
export interface WeightedObjectives {
  readonly total: ValueId;
  readonly losses: readonly { readonly name: string; readonly value: ValueId }[];
}

/**
 * The sum of wired objectives by their weights. `register` and networks both use it: a network trains
 * on exactly what is wired. Each loss is built on behalf of its objective's node.
 * @throws RangeError where nothing is wired
 */
export function weighObjectives(
  b: Builder,
  objectives: readonly ObjectivePart[],
  terms: ObjectiveContext,
): WeightedObjectives {
  const losses = objectives.map((objective) => ({
    name: objective.name,
    value: b.onBehalfOf(objective.name, () => objective.loss(b, terms)),
    weight: objective.weight,
  }));
  const [first, ...others] = losses.map(({ value, weight }) =>
    b.scale({ value, by: weight }, { factor: 1 }),
  );
  if (first === undefined) throw new RangeError('Nothing to make small: no objective is wired.');
  return {
    total: others.reduce((a, term) => b.add({ a, b: term }), first),
    losses: losses.map(({ name, value }) => ({ name, value })),
  };
}

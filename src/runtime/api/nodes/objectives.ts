import type { ValueId } from '../../ir/values';
import type { Builder } from './builder';
import type {
  Comparison,
  LevelContext,
  MapValue,
  ModelField,
  ObjectivePart,
  SimilarityPart,
} from './port-values';

/** The way back of a model that finds one. */
export interface WayBack {
  /** The two images that a similarity compares, exchanged. */
  comparisonFor(part: SimilarityPart): Comparison;
  /** Maps that lead one after the other from the moving to the fixed world. */
  readonly maps: readonly MapValue[];
  /** Each image and itself after the way there and back. */
  roundTrips(): readonly Comparison[];
}

/** What the objectives are asked about: one choice of the model's variables at a level. */
export interface ObjectiveTerms {
  /** The two images that a similarity compares. */
  comparisonFor(part: SimilarityPart): Comparison;
  /** The whole map, fixed → moving world. */
  wholeMap(): MapValue;
  /** The fields of the model. */
  readonly fields: readonly ModelField[];
  /** What a model is asked besides that finds the way back too. */
  readonly back?: WayBack;
  readonly level: LevelContext;
}

/** The loss that is made small, and each objective before its weight. */
export interface WeightedObjectives {
  readonly total: ValueId;
  readonly losses: readonly { readonly name: string; readonly value: ValueId }[];
}

/**
 * The sum of wired objectives by their weights. `register` and networks both use it: a network trains
 * on exactly what is wired. Each loss is built on behalf of its objective's node.
 * @throws RangeError where nothing is wired, or where no field is one that a regularizer can weigh
 */
export function weighObjectives(
  b: Builder,
  objectives: readonly ObjectivePart[],
  terms: ObjectiveTerms,
): WeightedObjectives {
  const losses = objectives.map((objective) => ({
    name: objective.name,
    value: b.onBehalfOf(objective.name, () => lossOf(b, objective, terms)),
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

/**
 * Of all fields of the first role that fits the sum, so that a model of two halves is weighed in both, and a spline not
 * twice, as coefficients and as what they make; of velocities over time the mean. A model that finds the way back too is
 * asked both ways, and the two are added: each way then weighs as much beside its own field as a map alone.
 */
function lossOf(b: Builder, part: ObjectivePart, terms: ObjectiveTerms): ValueId {
  const { back, level } = terms;
  if (part.on === 'images') {
    const there = comparisonLoss(b, part, terms.comparisonFor(part), level);
    return back === undefined
      ? there
      : b.add({ a: there, b: comparisonLoss(b, part, back.comparisonFor(part), level) });
  }
  if (part.on === 'places') return part.loss(b, terms.wholeMap(), level, back?.maps);
  if (part.on === 'round-trips') {
    const [one, ...more] = back?.roundTrips() ?? [];
    if (one === undefined) throw new RangeError(`"${part.name}" has no way back to weigh.`);
    return more.reduce(
      (sum, trip) => b.add({ a: sum, b: comparisonLoss(b, part, trip, level) }),
      comparisonLoss(b, part, one, level),
    );
  }
  const weighed = part.roles.find((wanted) => terms.fields.some(({ role }) => role === wanted));
  const [first, ...others] = terms.fields
    .filter(({ role }) => role === weighed)
    .map((field) => {
      const loss = part.loss(b, field, level);
      return field.share === undefined ? loss : b.scale({ value: loss }, { factor: field.share });
    });
  if (first === undefined) throw new RangeError(`"${part.name}" has no field to weigh.`);
  return others.reduce((sum, term) => b.add({ a: sum, b: term }), first);
}

/**
 * (gate · matched + (reference − gate · mean weight) · cost without a partner) / reference: a mean over all
 * that the fixed image lets count.
 */
function comparisonLoss(
  b: Builder,
  part: Pick<SimilarityPart, 'loss' | 'withoutPartner'>,
  comparison: Comparison,
  level: LevelContext,
): ValueId {
  const { mean, gate, reference } = comparison.domain;
  const times = (value: ValueId, by: ValueId | undefined, factor = 1): ValueId =>
    by === undefined && factor === 1 ? value : b.scale({ value, by }, { factor });
  let loss = times(part.loss(b, comparison, level), gate);
  const alone = part.withoutPartner?.(b, comparison);
  if (alone !== undefined) {
    const counted = times(times(alone, mean, -1), gate);
    loss = b.add({ a: loss, b: b.add({ a: times(alone, reference?.mean), b: counted }) });
  }
  return times(loss, reference?.inverse);
}

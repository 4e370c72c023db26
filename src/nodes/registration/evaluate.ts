import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { comparisonOf, type ImagePair } from '../../runtime/api/nodes/compare';
import { type WeightedObjectives, weighObjectives } from '../../runtime/api/nodes/objectives';
import type { LevelContext, Variables } from '../../runtime/api/nodes/port-values';
import { type LevelPairs, pairFor } from './level-pairs';
import { keptTogether } from './overlap';
import type { RegistrationParts } from './registration-parts';
import { afterModel, wholeMap } from './total-transform';

/** What the objectives say of one choice of the model's variables at a level. */
export interface Evaluation extends WeightedObjectives {
  /** The moving image (its first channel) as these variables bring it onto the level's grid. */
  readonly warped: ValueId;
}

/** Values of the objectives, and their weighted sum, for these variables. */
export function evaluate(
  b: Builder,
  { initial, model, objectives }: RegistrationParts,
  at: LevelContext,
  pairs: LevelPairs,
  variables: Variables,
): Evaluation {
  const halves = model.maps(b, variables, at);
  const maps = { ...halves, moving: afterModel(b, initial, halves.moving) };
  const comparisonFor = (pair: ImagePair) =>
    keptTogether(b, pair, initial, comparisonOf(b, pair, maps, at.grid));
  const main = comparisonFor(pairs.main);
  const weighed = weighObjectives(b, objectives, {
    comparisonFor(part) {
      const pair = pairFor(pairs, part);
      return pair === pairs.main ? main : comparisonFor(pair);
    },
    wholeMap: () =>
      halves.fixed ? afterModel(b, initial, wholeMap(b, model, variables, at)) : maps.moving,
    fields: model.fields?.(b, variables, at) ?? [],
    level: at,
  });
  return { ...weighed, warped: main.channels[0].warped };
}

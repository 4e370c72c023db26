import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { comparisonOf, type ImagePair } from '../../runtime/api/nodes/compare';
import { type WeightedObjectives, weighObjectives } from '../../runtime/api/nodes/objectives';
import type {
  Comparison,
  LevelContext,
  ModelField,
  ModelMaps,
  ShiftedGrid,
  SimilarityPart,
  Variables,
} from '../../runtime/api/nodes/port-values';
import { compareAtDrawnPoints } from './drawn-samples';
import { type LevelPairs, pairFor } from './level-pairs';
import { keptTogether } from './overlap';
import type { RegistrationParts } from './registration-parts';
import { afterModel, wholeMap } from './total-transform';

/** What the objectives say of one choice of the model's variables at a level. */
export interface Evaluation extends WeightedObjectives {
  /**
   * The moving image (its first channel) as these variables bring it onto the level's grid, or onto the points
   * that were drawn where no objective looks at all of them.
   */
  readonly warped: ValueId;
}

/**
 * Values of the objectives, and their weighted sum, for these variables.
 * @param iteration of a loop: which points are drawn for those that compare at some alone
 */
export function evaluate(
  b: Builder,
  { initial, model, objectives }: RegistrationParts,
  at: LevelContext,
  pairs: LevelPairs,
  variables: Variables,
  iteration: ValueId,
): Evaluation {
  const halves = model.maps(b, variables, at);
  const maps = { ...halves, moving: afterModel(b, initial, halves.moving) };
  const kept = (pair: ImagePair, comparison: Comparison) =>
    keptTogether(b, pair, initial, comparison);
  const atAllPoints = (pair: ImagePair) => kept(pair, comparisonOf(b, pair, maps, at.grid));
  const main = atAllPoints(pairs.main);
  const own = model.displacementAt && {
    displacementAt: (points: ShiftedGrid) =>
      model.displacementAt?.(b, variables, points, at) as ValueId,
    join: (displacement: ValueId) => afterModel(b, initial, { displacement }),
  };
  const comparisonFor = (part: SimilarityPart): Comparison => {
    const pair = pairFor(pairs, part);
    if (part.sampling) {
      const drawn = compareAtDrawnPoints(b, pair, maps, at, part.sampling, iteration, own);
      return kept(pair, drawn);
    }
    return pair === pairs.main ? main : atAllPoints(pair);
  };
  const weighed = weighObjectives(b, objectives, {
    comparisonFor,
    wholeMap: () =>
      halves.fixed ? afterModel(b, initial, wholeMap(b, model, variables, at)) : maps.moving,
    fields: [...(model.fields?.(b, variables, at) ?? []), ...displacementsOf(halves)],
    level: at,
  });
  const comparing = objectives.filter((part) => part.on === 'images');
  const [first] = comparing;
  // Nothing else would read the whole image in each iteration.
  const shown = first && comparing.every(({ sampling }) => sampling) ? comparisonFor(first) : main;
  return { ...weighed, warped: shown.channels[0].warped };
}

/** What the maps of a model move, each for itself: what is meant of a map and not of what makes it. */
function displacementsOf({ fixed, moving }: ModelMaps): readonly ModelField[] {
  return [fixed?.displacement, moving.displacement].flatMap((value) =>
    value === undefined ? [] : [{ role: 'map', value }],
  );
}

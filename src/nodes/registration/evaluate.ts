import { voxelCount } from '../../imaging/grid';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { comparisonOf, type ImagePair } from '../../runtime/api/nodes/compare';
import { type WeightedObjectives, weighObjectives } from '../../runtime/api/nodes/objectives';
import type {
  Comparison,
  LevelContext,
  ModelField,
  ModelMaps,
  Residuals,
  ShiftedGrid,
  SimilarityPart,
  Variables,
} from '../../runtime/api/nodes/port-values';
import { curvatureOf } from './curvature';
import { compareAtDrawnPoints } from './drawn-samples';
import { type LevelPairs, pairFor } from './level-pairs';
import { keptTogether } from './overlap';
import type { RegistrationParts } from './registration-parts';
import { isSumOfSquares } from './squares';
import { afterModel, wholeMap } from './total-transform';
import { fieldsOf, wayBack, waysOf } from './way-back';

/** What the objectives say of one choice of the model's variables at a level. */
export interface Evaluation extends WeightedObjectives {
  /**
   * The moving image (its first channel) as these variables bring it onto the level's grid, or onto the points
   * that were drawn where no objective looks at all of them.
   */
  readonly warped: ValueId;
  /** What is squared, where the objectives are sums of squares and nothing else. */
  readonly residuals?: readonly Residuals[];
  /** Second derivatives of the sum by the model's parameters, as Gauss and Newton take them. */
  readonly curvature?: ValueId;
}

/**
 * Values of the objectives, and their weighted sum, for these variables.
 * @param iteration of a loop: which points are drawn for those that compare at some alone
 */
export function evaluate(
  b: Builder,
  { initial, model, objectives, optimizer }: RegistrationParts,
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
  const ways = waysOf(halves, model.back?.(b, variables, at));
  const weighed = weighObjectives(b, objectives, {
    comparisonFor,
    wholeMap: () =>
      halves.fixed ? afterModel(b, initial, wholeMap(b, model, variables, at)) : maps.moving,
    fields: [
      ...(model.fields?.(b, variables, at) ?? []),
      ...displacementsOf(halves),
      ...(ways ? fieldsOf(b, ways) : []),
    ],
    ...(ways && { back: wayBack(b, initial, ways, { pairs, at, iteration }) }),
    level: at,
  });
  const comparing = objectives.filter((part) => part.on === 'images');
  const [first] = comparing;
  // Nothing else would read the whole image in each iteration.
  const shown = first && comparing.every(({ sampling }) => sampling) ? comparisonFor(first) : main;
  const residuals = optimizer.needsResiduals && residualsOf(b, objectives, comparisonFor);
  const curvature =
    optimizer.needsCurvature &&
    curvatureOf(b, { initial, model, objectives }, at, variables, (part) => ({
      pair: pairFor(pairs, part),
      comparison: comparisonFor(part),
    }));
  return {
    ...weighed,
    ...(residuals && { residuals }),
    ...(curvature && { curvature }),
    warped: shown.channels[0].warped,
  };
}

/** What the objectives square; nothing where one of them is no sum of squares over all points, which `register` refuses. */
function residualsOf(
  b: Builder,
  objectives: RegistrationParts['objectives'],
  comparisonFor: (part: SimilarityPart) => Comparison,
): readonly Residuals[] | undefined {
  const found: Residuals[] = [];
  for (const part of objectives) {
    if (!isSumOfSquares(part)) return undefined;
    const comparison = comparisonFor(part);
    const { channels, whole, domain } = comparison;
    const { warped, fixed } = channels.length === 1 ? channels[0] : whole();
    const { gate } = domain;
    found.push({
      warped,
      fixed,
      weight:
        gate === undefined
          ? domain.weight
          : b.scale({ value: domain.weight, by: gate }, { factor: 1 }),
      factor: b.scale(
        { value: part.weight },
        { factor: part.squaresFactor(comparison) * voxelCount(domain.grid) },
      ),
    });
  }
  return found;
}

/** What the maps of a model move, each for itself: what is meant of a map and not of what makes it. */
function displacementsOf({ fixed, moving }: ModelMaps): readonly ModelField[] {
  return [fixed?.displacement, moving.displacement].flatMap((value) =>
    value === undefined ? [] : [{ role: 'map', value }],
  );
}

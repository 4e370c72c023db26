import { sharedLabels } from '../../imaging/label-ids';
import type { LabelIds } from '../../imaging/volume';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import type { LoweringProblem } from '../../runtime/api/nodes/lowering-problem';
import type { LabelsValue } from '../../runtime/api/nodes/port-values';

/** More regions than any atlas has; beyond it, an image was taken for labels. */
const mostLabels = 1024;

/** The labels that two maps have in common, by a place from 0 on. */
export interface CommonLabels {
  readonly count: number;
  /** For each index of a map the place of its label, −1 for one that the other map has not. */
  readonly fixedPlaces: ValueId;
  readonly movingPlaces: ValueId;
}

/**
 * Labels that lead a registration: those of both maps, by their number, without the background.
 * @returns what is wrong where there are none, or more than are counted at once
 */
export function commonLabels(
  b: Builder,
  fixed: LabelsValue,
  moving: LabelsValue,
): CommonLabels | LoweringProblem {
  const labels = sharedLabels(fixed.ids, moving.ids);
  if (labels.length === 0) {
    return {
      port: 'moving',
      message: 'The two maps have no label in common.',
      remedy: 'Check that both were made by the same protocol and use the same numbers.',
    };
  }
  if (labels.length > mostLabels) {
    return {
      port: 'fixed',
      message: `The two maps have ${labels.length} labels in common; at most ${mostLabels} lead a registration.`,
      remedy:
        'Check that both are maps of regions, not images, and join regions that are too small.',
    };
  }
  const places = (ids: LabelIds, indices: readonly number[]) => {
    const placeOf = new Map(indices.map((index, place) => [index, place]));
    return b.constant(ids.map((_, index) => placeOf.get(index) ?? -1));
  };
  return {
    count: labels.length,
    fixedPlaces: places(
      fixed.ids,
      labels.map(({ inFirst }) => inFirst),
    ),
    movingPlaces: places(
      moving.ids,
      labels.map(({ inSecond }) => inSecond),
    ),
  };
}

import { sharedLabels } from '../../imaging/label-ids';
import type { LabelIds } from '../../imaging/volume';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import type { LoweringContext } from '../../runtime/api/nodes/define-node';
import type { LabelsValue } from '../../runtime/api/nodes/port-values';
import { requireSameGrid } from './same-grid';

/** More regions than any atlas has; beyond it, an image was taken for labels. */
const mostLabels = 4096;

/** The labels that two maps on one grid have in common, as ops that measure them take them. */
export interface SharedLabels {
  /** Ascending, without the background. */
  readonly ids: LabelIds;
  /** Both maps, and at each index of either the place of its label among `ids`, −1 for none. */
  readonly inputs: {
    readonly fixed: ValueId;
    readonly warped: ValueId;
    readonly fixedPlaces: ValueId;
    readonly warpedPlaces: ValueId;
  };
}

/** Refuses maps on two grids, without a label in common, or with more labels than maps of regions have. */
export function requireSharedLabels(
  b: Builder,
  context: LoweringContext,
  fixed: LabelsValue,
  warped: LabelsValue,
): SharedLabels {
  requireSameGrid(context, fixed.grid, warped.grid, 'warped');
  const labels = sharedLabels(fixed.ids, warped.ids);
  if (labels.length === 0) {
    context.refuse({
      port: 'warped',
      message: 'The two maps have no label in common.',
      remedy: 'Check that both were made by the same protocol and use the same numbers.',
    });
  }
  if (labels.length > mostLabels) {
    context.refuse({
      port: 'fixed',
      message: `The two maps have ${labels.length} labels in common; at most ${mostLabels} are measured.`,
      remedy:
        'Check that both are maps of regions, not images, and join regions that are too small.',
    });
  }
  const places = (ids: LabelIds, indices: readonly number[]) => {
    const placeOf = new Map(indices.map((index, place) => [index, place]));
    return b.constant(ids.map((_, index) => placeOf.get(index) ?? -1));
  };
  const inFixed = labels.map((label) => label.inFirst);
  const inWarped = labels.map((label) => label.inSecond);
  return {
    ids: labels.map(({ id }) => id),
    inputs: {
      fixed: fixed.labels,
      warped: warped.labels,
      fixedPlaces: places(fixed.ids, inFixed),
      warpedPlaces: places(warped.ids, inWarped),
    },
  };
}

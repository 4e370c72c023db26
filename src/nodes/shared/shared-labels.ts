import { sharedLabels } from '../../imaging/label-ids';
import type { LabelIds } from '../../imaging/volume';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import type { LoweringContext } from '../../runtime/api/nodes/define-node';
import type { LoweringProblem } from '../../runtime/api/nodes/lowering-problem';
import type { LabelsValue } from '../../runtime/api/nodes/port-values';
import { requireSameGrid } from './same-grid';

/** The labels that two maps have in common, by a place from 0 on. */
export interface CommonLabels {
  /** Ascending, without the background. */
  readonly ids: LabelIds;
  /** For each index of a map the place of its label among `ids`, −1 for one that the other map has not. */
  readonly fixedPlaces: ValueId;
  readonly otherPlaces: ValueId;
}

/** What is asked of the labels that two maps have in common. */
interface Limits {
  /** Port of the map that is not the fixed one. */
  readonly port: 'moving' | 'warped';
  /** More than any atlas has regions; beyond it, an image was taken for labels. */
  readonly most: number;
  /** What becomes of them: "are measured". */
  readonly use: string;
}

/**
 * Labels of both maps, by their number, without the background.
 * @returns what is wrong where there are none, or more than maps of regions have
 */
export function commonLabels(
  b: Builder,
  fixed: LabelsValue,
  other: LabelsValue,
  { port, most, use }: Limits = { port: 'moving', most: 1024, use: 'lead a registration' },
): CommonLabels | LoweringProblem {
  const labels = sharedLabels(fixed.ids, other.ids);
  if (labels.length === 0) {
    return {
      port,
      message: 'The two maps have no label in common.',
      remedy: 'Check that both were made by the same protocol and use the same numbers.',
    };
  }
  if (labels.length > most) {
    return {
      port: 'fixed',
      message: `The two maps have ${labels.length} labels in common; at most ${most} ${use}.`,
      remedy:
        'Check that both are maps of regions, not images, and join regions that are too small.',
    };
  }
  const places = (ids: LabelIds, indices: readonly number[]) => {
    const placeOf = new Map(indices.map((index, place) => [index, place]));
    return b.constant(ids.map((_, index) => placeOf.get(index) ?? -1));
  };
  return {
    ids: labels.map(({ id }) => id),
    fixedPlaces: places(
      fixed.ids,
      labels.map(({ inFirst }) => inFirst),
    ),
    otherPlaces: places(
      other.ids,
      labels.map(({ inSecond }) => inSecond),
    ),
  };
}

/** The labels that two maps on one grid have in common, as ops that measure them take them. */
export interface SharedLabels {
  readonly ids: LabelIds;
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
  const limits = { port: 'warped', most: 4096, use: 'are measured' } as const;
  const found = commonLabels(b, fixed, warped, limits);
  if (!('ids' in found)) return context.refuse(found);
  const { ids, fixedPlaces, otherPlaces: warpedPlaces } = found;
  return { ids, inputs: { fixed: fixed.labels, warped: warped.labels, fixedPlaces, warpedPlaces } };
}

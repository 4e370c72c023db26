import type { Grid } from '../../../imaging/grid';
import { fieldType, type ValueId } from '../../ir/values';
import { defineDataKind, onePlane } from './define-data-kind';

/** A segmentation: one whole number a voxel, 0 the background. */
export interface LabelsValue {
  readonly kind: 'labels';
  readonly grid: Grid;
  /** Field of one channel holding whole numbers. */
  readonly labels: ValueId;
  /** Labels that occur, ascending, without the background. */
  readonly present: readonly number[];
}

export interface ComputedLabels {
  readonly kind: 'labels';
  readonly grid: Grid;
  /** One whole number a voxel, 0 the background. */
  readonly values: Float32Array;
  /** Labels that occur, ascending, without the background. */
  readonly present: readonly number[];
}

export const labelsKind = defineDataKind<LabelsValue, ComputedLabels>({
  traits: { isPlural: true, mayBeLeftOut: true },
  mapParts: (value, map) => ({
    ...value,
    labels: map(value.labels, 'labels', fieldType(value.grid, 1)),
  }),
  toNumbers: ({ kind, grid, labels, present }, planesOf) => ({
    kind,
    grid,
    values: onePlane(planesOf(labels)),
    present,
  }),
  fromNumbers: ({ kind, grid, values, present }, made) => ({
    kind,
    grid,
    present,
    labels: made.field(grid, [values]),
  }),
  asVolume: ({ grid, values }) => ({ grid, planes: [values] }),
});

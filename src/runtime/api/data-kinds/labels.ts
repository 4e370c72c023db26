import type { Grid } from '../../../imaging/grid';
import type { LabelIds, ScalarType } from '../../../imaging/volume';
import { fieldType, type ValueId } from '../../ir/values';
import { defineDataKind, onePlane, volumeFile } from './define-data-kind';

/**
 * What the indices in a map of labels stand for. Programs see indices alone, which any device holds
 * exactly; labels themselves may have 64 bits.
 */
export interface LabelTable {
  /** Label by index: 0 the background, then ascending. Not all of them need to occur. */
  readonly ids: LabelIds;
  /** The type in which a file held them. */
  readonly storedType?: ScalarType;
}

/** A segmentation: the index of one label a voxel. */
export interface LabelsValue extends LabelTable {
  readonly kind: 'labels';
  readonly grid: Grid;
  /** Field of one channel of u32, indices. */
  readonly labels: ValueId;
}

export interface ComputedLabels extends LabelTable {
  readonly kind: 'labels';
  readonly grid: Grid;
  /** One index a voxel. */
  readonly values: Uint32Array;
}

export const labelsKind = defineDataKind<LabelsValue, ComputedLabels>({
  traits: { isPlural: true, mayBeLeftOut: true },
  mapParts: (value, map) => ({
    ...value,
    labels: map(value.labels, 'labels', fieldType(value.grid, 1, 'u32')),
  }),
  toNumbers: ({ labels, ...value }, _, indicesOf) => ({
    ...value,
    values: onePlane(indicesOf(labels)),
  }),
  fromNumbers: ({ values, ...value }, made) => ({
    ...value,
    labels: made.indices(value.grid, values),
  }),
  asVolume: ({ grid, values, ids }) => ({ grid, planes: [values], labelIds: ids }),
  file: volumeFile,
  describe: ({ ids }, onGrid) => `${onGrid}, ${ids.length - 1} labels`,
});

import type { Grid } from '../../../imaging/grid';
import { fieldType, type ValueId } from '../../ir/values';
import { defineDataKind, onePlane } from './define-data-kind';

/** Where an image counts: 1 inside, 0 outside. */
export interface MaskValue {
  readonly kind: 'mask';
  readonly grid: Grid;
  /** Field of one channel holding 0 or 1. */
  readonly mask: ValueId;
}

export interface ComputedMask {
  readonly kind: 'mask';
  readonly grid: Grid;
  /** 0 or 1, one number a voxel. */
  readonly values: Float32Array;
}

export const maskKind = defineDataKind<MaskValue, ComputedMask>({
  traits: {},
  mapParts: (value, map) => ({
    ...value,
    mask: map(value.mask, 'mask', fieldType(value.grid, 1)),
  }),
  toNumbers: ({ kind, grid, mask }, planesOf) => ({ kind, grid, values: onePlane(planesOf(mask)) }),
  fromNumbers: ({ kind, grid, values }, made) => ({ kind, grid, mask: made.field(grid, [values]) }),
  asVolume: ({ grid, values }) => ({ grid, planes: [values] }),
});

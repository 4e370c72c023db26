import type { Grid } from '../../../imaging/grid';
import { fieldType, type ValueId } from '../../ir/values';
import { defineDataKind, onePlane, volumeFile } from './define-data-kind';

/** An image of intensities. */
export interface ImageValue {
  readonly kind: 'image';
  readonly grid: Grid;
  /** Field of one channel. */
  readonly image: ValueId;
}

export interface ComputedImage {
  readonly kind: 'image';
  readonly grid: Grid;
  /** One number a voxel. */
  readonly values: Float32Array;
}

export const imageKind = defineDataKind<ImageValue, ComputedImage>({
  traits: {},
  mapParts: (value, map) => ({
    ...value,
    image: map(value.image, 'image', fieldType(value.grid, 1)),
  }),
  toNumbers: ({ kind, grid, image }, planesOf) => ({
    kind,
    grid,
    values: onePlane(planesOf(image)),
  }),
  fromNumbers: ({ kind, grid, values }, made) => ({
    kind,
    grid,
    image: made.field(grid, [values]),
  }),
  asVolume: ({ grid, values }) => ({ grid, planes: [values] }),
  file: volumeFile,
});

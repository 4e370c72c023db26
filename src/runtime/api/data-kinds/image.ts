import type { Grid } from '../../../imaging/grid';
import { fieldType, type ValueId } from '../../ir/values';
import { defineDataKind, volumeFile } from './define-data-kind';

/** An image of intensities, of one channel or several on one grid. */
export interface ImageValue {
  readonly kind: 'image';
  readonly grid: Grid;
  /** Numbers a voxel, at least one: contrasts, colours or features. */
  readonly channels: number;
  /** Field of so many channels. */
  readonly image: ValueId;
}

export interface ComputedImage {
  readonly kind: 'image';
  readonly grid: Grid;
  /** One plane a channel, at least one, of one number a voxel. */
  readonly planes: readonly Float32Array[];
}

export const imageKind = defineDataKind<ImageValue, ComputedImage>({
  traits: {},
  mapParts: (value, map) => ({
    ...value,
    image: map(value.image, 'image', fieldType(value.grid, value.channels)),
  }),
  toNumbers: ({ kind, grid, image }, planesOf) => ({ kind, grid, planes: planesOf(image) }),
  fromNumbers: ({ kind, grid, planes }, made) => ({
    kind,
    grid,
    channels: planes.length,
    image: made.field(grid, planes),
  }),
  asVolume: ({ grid, planes }) => ({ grid, planes }),
  file: volumeFile,
  describe: ({ channels }, onGrid) => (channels === 1 ? onGrid : `${onGrid}, ${channels} channels`),
});

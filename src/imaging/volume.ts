import type { Grid } from './grid';

/** Number types that an image file may store and that an image can be written in. */
export type ScalarType =
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'uint64'
  | 'int64'
  | 'float32'
  | 'float64';

/** More numbers a voxel are not taken: every step is done for each of them. */
export const mostChannels = 64;

/** An intensity image, in the file's real units (slope and intercept applied). */
export interface ImageVolume {
  readonly kind: 'image';
  readonly grid: Grid;
  /** Numbers a voxel; 1 where left out. */
  readonly channels?: number;
  /** One number a voxel and channel, planar: all voxels of the first channel, then of the next. */
  readonly values: Float32Array;
  /** How the file stored its voxels, for people and for writing labels back. */
  readonly storedType: ScalarType;
}

/**
 * The labels of a map, by index: 0 is the background, the others follow in ascending order. A file's
 * own numbers, exact up to 64 bits; negative ones too.
 */
export type LabelIds = readonly bigint[];

/**
 * A segmentation. Voxels hold indices of labels, however large the labels are; `ids` says which label an index
 * stands for.
 */
export interface LabelVolume {
  readonly kind: 'labels';
  readonly grid: Grid;
  /** One index a voxel, below the number of `ids`. */
  readonly values: Uint32Array;
  readonly ids: LabelIds;
  /** A whole-number type that holds all ids: that of the file, where it is one. */
  readonly storedType: ScalarType;
}

export type Volume = ImageVolume | LabelVolume;

/** A displacement in mm (RAS+) for every voxel of a grid, as three planar arrays. */
export interface DisplacementField {
  readonly grid: Grid;
  readonly componentsMm: readonly [Float32Array, Float32Array, Float32Array];
}

/** The channels of an image: one array each, without copying. */
export function planesOf({ values, channels = 1 }: ImageVolume): readonly Float32Array[] {
  if (channels === 1) return [values];
  const length = values.length / channels;
  return Array.from({ length: channels }, (_, channel) =>
    values.subarray(channel * length, (channel + 1) * length),
  );
}

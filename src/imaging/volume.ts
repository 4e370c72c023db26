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

/** An intensity image: one value a voxel, in the file's real units (slope and intercept applied). */
export interface ImageVolume {
  readonly kind: 'image';
  readonly grid: Grid;
  readonly values: Float32Array;
  /** How the file stored its voxels, for people and for writing labels back. */
  readonly storedType: ScalarType;
}

/** A segmentation: one whole-number label a voxel, 0 the background. */
export interface LabelVolume {
  readonly kind: 'labels';
  readonly grid: Grid;
  /** Exact up to 2^24, far beyond any label table. */
  readonly values: Float32Array;
  readonly storedType: ScalarType;
  /** The labels that occur, ascending, without the background. */
  readonly labels: readonly number[];
}

export type Volume = ImageVolume | LabelVolume;

/** A displacement in mm (RAS+) for every voxel of a grid, as three planar arrays. */
export interface DisplacementField {
  readonly grid: Grid;
  readonly componentsMm: readonly [Float32Array, Float32Array, Float32Array];
}

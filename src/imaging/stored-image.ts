import type { Grid } from './grid';
import type { ImageProblem, ImageWarning } from './image-problem';
import { tryAllocate } from './nifti/expand';
import type { NiftiGeometry } from './nifti/header';
import { decodeInterleaved, decodeScalars, type StoredScalars } from './nifti/scalar-types';
import type { Steps } from './steps';
import type { ImageVolume } from './volume';

/**
 * One frame of a file, placed in the world, its voxels still as the file holds them: what they are
 * (intensities, labels) is for the loader to say.
 */
export interface StoredImage {
  /** The file's name, for messages. */
  readonly name: string;
  readonly grid: Grid;
  readonly stored: StoredScalars;
  /** Numbers a voxel: 1, unless the file holds vectors or colours, or its frames were asked for as channels. */
  readonly channels: number;
  /** True where the channels of a voxel lie side by side; else one channel lies after the other. */
  readonly isInterleaved?: boolean;
  /** Which frame this is, from 0; 0 where the frames are channels. */
  readonly frame: number;
  readonly frameCount: number;
  /**
   * Header fields to write back with an image on the same grid. A format that has none gives those
   * that `geometryOf` makes of the grid.
   */
  readonly geometry: NiftiGeometry;
}

/** A volume made of a stored image, with what is to be said of it; or why there is none. */
export type VolumeResult<Volume> =
  | { readonly ok: true; readonly volume: Volume; readonly warnings: readonly ImageWarning[] }
  | { readonly ok: false; readonly problem: ImageProblem };

/** Room for one number of four bytes a voxel and channel, or the problem that there is none. */
export function allocateValues<Values extends object>(
  { name: file, grid: { sizeVoxels }, channels }: StoredImage,
  make: (count: number) => Values,
): Values | ImageProblem {
  const count = sizeVoxels[0] * sizeVoxels[1] * sizeVoxels[2] * channels;
  const values = tryAllocate(() => make(count));
  return values ?? { file, code: 'out-of-memory', neededBytes: count * 4 };
}

/** The image as intensities in real units (slope and intercept applied); what is not finite is 0. */
export function* imageVolumeOf(image: StoredImage): Steps<VolumeResult<ImageVolume>> {
  const { name: file, grid, stored, channels } = image;
  const values = allocateValues(image, (count) => new Float32Array(count));
  if (!(values instanceof Float32Array)) return { ok: false, problem: values };
  const count = image.isInterleaved
    ? yield* decodeInterleaved(stored, channels, values)
    : yield* decodeScalars(stored, values);
  return {
    ok: true,
    volume: { kind: 'image', grid, channels, values, storedType: stored.type },
    warnings: count > 0 ? [{ file, code: 'non-finite-voxels', count }] : [],
  };
}

import { voxelCount } from '../grid';
import type { ImageProblem, ImageWarning } from '../image-problem';
import { labelVolumeOf } from '../label-volume';
import { runSteps, type Steps } from '../steps';
import { imageVolumeOf, type StoredImage, type VolumeResult } from '../stored-image';
import type { ImageVolume, LabelVolume, ScalarType } from '../volume';
import { placeGrid } from './geometry';
import type { NiftiHeader } from './header';
import { isCifti, otherVectorsOf } from './intents';
import {
  checkSize,
  defaultNiftiLimits,
  type NiftiFiles,
  type NiftiLimits,
  openNifti,
  readVoxelBytes,
  sizeVoxelsOf,
  unscaled,
  usableScaling,
} from './voxel-data';

/** A frame of a file, placed in the world, or why there is none. */
export type StoredImageResult =
  | { readonly ok: true; readonly image: StoredImage; readonly warnings: readonly ImageWarning[] }
  | { readonly ok: false; readonly problem: ImageProblem };

/** One frame of a NIfTI file with its intensities. */
export interface NiftiImage extends StoredImage {
  /** Slope and intercept applied, one channel after the other; what was not finite is 0. */
  readonly values: Float32Array;
  readonly storedType: ScalarType;
}

export type NiftiResult =
  | { readonly ok: true; readonly image: NiftiImage; readonly warnings: readonly ImageWarning[] }
  | { readonly ok: false; readonly problem: ImageProblem };

export interface NiftiOptions {
  readonly limits?: NiftiLimits;
  /** Which frame of a series to read, from 0; without it a file of several frames is refused. */
  readonly frame?: number;
  /** Reads the frames of a series as the channels of one image. */
  readonly framesAsChannels?: boolean;
}

/**
 * Reads one frame of a NIfTI-1 or NIfTI-2 image in steps: a single file (.nii, .nii.gz; content decides,
 * not the name), or a header (.hdr) and its voxels (.img), either of them gzipped or not. Vectors (a fifth
 * dimension) and colours become channels; so do frames where that is asked for. Untrusted
 * bytes: nothing is allocated before the header has been checked against the limits.
 */
export function* readStoredNifti(
  files: NiftiFiles,
  options: NiftiOptions = {},
): Steps<StoredImageResult> {
  const file = files.name;
  const opened = yield* openNifti(files);
  if (!opened.ok) return opened;
  const { header, storedType, perVoxel } = opened;
  const chosen = chooseVoxels(header, perVoxel, file, options);
  if (!chosen.ok) return chosen;
  const { channels, frame, frameCount } = chosen;
  const problem = checkSize(header, options.limits ?? defaultNiftiLimits, file, channels);
  if (problem) return { ok: false, problem };
  const placed = placeGrid(header.geometry, sizeVoxelsOf(header), file);
  if (!placed.ok) return placed;

  const { grid } = placed;
  const scalarCount = voxelCount(grid) * channels;
  const isLast = frame === frameCount - 1;
  const range = { firstScalar: frame * scalarCount, scalarCount, isLast };
  const data = yield* readVoxelBytes(files, header, storedType, range);
  if (!data.ok) return data;
  const warnings = [...placed.warnings, ...data.warnings];
  const isColour = perVoxel > 1;
  // The standard has no scaling of colours.
  const scaling = isColour ? unscaled : usableScaling(header.scaling, file, warnings);
  const { isLittleEndian } = header;
  const hasOneImage = frameCount === 1 && (isColour || channels === 1);
  const geometry = hasOneImage ? header.geometry : { ...header.geometry, dimensionCount: 3 };
  const stored = { bytes: data.bytes, type: storedType, isLittleEndian, scaling };
  const layout = { channels, isInterleaved: isColour };
  const image = { name: file, grid, stored, ...layout, frame, frameCount, geometry };
  return { ok: true, image, warnings };
}

/** `readStoredNifti` of a single file, with its intensities, in one go. */
export function readNifti(
  bytes: Uint8Array,
  name: string,
  options: NiftiOptions = {},
): NiftiResult {
  return readImage({ name, header: bytes, voxels: bytes, isPair: false }, options);
}

/** `readStoredNifti` of a header (.hdr) and its voxels (.img), with intensities, in one go. */
export function readNiftiPair(
  header: Uint8Array,
  image: Uint8Array,
  name: string,
  options: NiftiOptions = {},
): NiftiResult {
  return readImage({ name, header, voxels: image, isPair: true }, options);
}

/** The image as the rest of the program knows it. */
export function toImageVolume(image: NiftiImage): ImageVolume {
  const { grid, channels, values, storedType } = image;
  return { kind: 'image', grid, channels, values, storedType };
}

/** The image as a segmentation, in one go: see `labelVolumeOf`. */
export function toLabelVolume(image: StoredImage): VolumeResult<LabelVolume> {
  return runSteps(labelVolumeOf(image));
}

function readImage(files: NiftiFiles, options: NiftiOptions): NiftiResult {
  const read = runSteps(readStoredNifti(files, options));
  if (!read.ok) return read;
  const made = runSteps(imageVolumeOf(read.image));
  if (!made.ok) return made;
  const { values, storedType } = made.volume;
  const warnings = [...read.warnings, ...made.warnings];
  return { ok: true, image: { ...read.image, values, storedType }, warnings };
}

/** Which numbers of a file are read. */
type Choice =
  | {
      readonly ok: true;
      readonly channels: number;
      readonly frame: number;
      /** Images in the file of so many channels. */
      readonly frameCount: number;
    }
  | { readonly ok: false; readonly problem: ImageProblem };

/** What a voxel's numbers are, and of which frame. */
function chooseVoxels(
  header: NiftiHeader,
  perVoxel: number,
  file: string,
  { frame: wanted, framesAsChannels = false }: NiftiOptions,
): Choice {
  const refuse = (problem: ImageProblem): Choice => ({ ok: false, problem });
  const { intentCode } = header;
  const dimensions = header.dimensions.slice(1);
  const [, , , frameCount = 1, vector = 1, ...further] = dimensions;
  const isMore = further.some((size) => size > 1);
  if (isMore || (vector > 1 && (perVoxel > 1 || frameCount > 1 || isCifti(intentCode)))) {
    return refuse({ file, code: 'too-many-dimensions', dimensions, intentCode });
  }
  const found = otherVectorsOf(intentCode);
  if (vector > 1 && found !== undefined) {
    return refuse({ file, code: 'not-intensities', dimensions, intentCode, found });
  }
  if (framesAsChannels && frameCount > 1) {
    if (wanted !== undefined) return refuse({ file, code: 'frame-and-channels', frame: wanted });
    if (perVoxel > 1) return refuse({ file, code: 'coloured-frames', frameCount });
    return { ok: true, channels: frameCount, frame: 0, frameCount: 1 };
  }
  if (wanted === undefined && frameCount > 1) {
    return refuse({ file, code: 'several-frames', frameCount });
  }
  const frame = wanted ?? 0;
  if (!Number.isInteger(frame) || frame < 0 || frame >= frameCount) {
    return refuse({ file, code: 'no-such-frame', frame, frameCount });
  }
  return { ok: true, channels: perVoxel * vector, frame, frameCount };
}

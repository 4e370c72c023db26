import { voxelCount } from '../grid';
import type { ImageProblem, ImageWarning } from '../image-problem';
import { labelVolumeOf } from '../label-volume';
import { runSteps, type Steps } from '../steps';
import { imageVolumeOf, type StoredImage, type VolumeResult } from '../stored-image';
import type { ImageVolume, LabelVolume, ScalarType } from '../volume';
import { placeGrid } from './geometry';
import type { NiftiHeader } from './header';
import {
  checkSize,
  defaultNiftiLimits,
  type NiftiFiles,
  type NiftiLimits,
  openNifti,
  readVoxelBytes,
  sizeVoxelsOf,
  usableScaling,
} from './voxel-data';

/** A frame of a file, placed in the world, or why there is none. */
export type StoredImageResult =
  | { readonly ok: true; readonly image: StoredImage; readonly warnings: readonly ImageWarning[] }
  | { readonly ok: false; readonly problem: ImageProblem };

/** One frame of a NIfTI file with its intensities. */
export interface NiftiImage extends StoredImage {
  /** Slope and intercept applied; what was not finite is 0. */
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
}

/**
 * Reads one frame of a NIfTI-1 or NIfTI-2 image in steps: a single file (.nii, .nii.gz; content decides,
 * not the name), or a header (.hdr) and its voxels (.img), either of them gzipped or not. Untrusted
 * bytes: nothing is allocated before the header has been checked against the limits.
 */
export function* readStoredNifti(
  files: NiftiFiles,
  options: NiftiOptions = {},
): Steps<StoredImageResult> {
  const file = files.name;
  const opened = yield* openNifti(files);
  if (!opened.ok) return opened;
  const { header, storedType } = opened;
  const frames = chooseFrame(header, file, options.frame);
  if (!frames.ok) return frames;
  const problem = checkSize(header, options.limits ?? defaultNiftiLimits, file);
  if (problem) return { ok: false, problem };
  const placed = placeGrid(header.geometry, sizeVoxelsOf(header), file);
  if (!placed.ok) return placed;

  const { grid } = placed;
  const { frame, frameCount } = frames;
  const count = voxelCount(grid);
  const isLast = frame === frameCount - 1;
  const range = { firstVoxel: frame * count, voxelCount: count, isLast };
  const data = yield* readVoxelBytes(files, header, storedType, range);
  if (!data.ok) return data;
  const warnings = [...placed.warnings, ...data.warnings];
  const scaling = usableScaling(header.scaling, file, warnings);
  const { isLittleEndian } = header;
  const geometry = frameCount > 1 ? { ...header.geometry, dimensionCount: 3 } : header.geometry;
  const stored = { bytes: data.bytes, type: storedType, isLittleEndian, scaling };
  const image = { name: file, grid, stored, frame, frameCount, geometry };
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
  const { grid, values, storedType } = image;
  return { kind: 'image', grid, values, storedType };
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

function chooseFrame(
  header: NiftiHeader,
  file: string,
  wanted: number | undefined,
):
  | { readonly ok: true; readonly frame: number; readonly frameCount: number }
  | { readonly ok: false; readonly problem: ImageProblem } {
  const { intentCode } = header;
  const dimensions = header.dimensions.slice(1);
  if (dimensions.slice(4).some((size) => size > 1)) {
    const problem = { file, code: 'too-many-dimensions', dimensions, intentCode } as const;
    return { ok: false, problem };
  }
  const frameCount = dimensions[3] ?? 1;
  if (wanted === undefined && frameCount > 1) {
    return { ok: false, problem: { file, code: 'several-frames', frameCount } };
  }
  const frame = wanted ?? 0;
  if (!Number.isInteger(frame) || frame < 0 || frame >= frameCount) {
    return { ok: false, problem: { file, code: 'no-such-frame', frame, frameCount } };
  }
  return { ok: true, frame, frameCount };
}

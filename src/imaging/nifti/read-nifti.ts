import type { Grid } from '../grid';
import { voxelCount } from '../grid';
import type { ImageProblem, ImageWarning } from '../image-problem';
import type { ImageVolume, LabelVolume, ScalarType } from '../volume';
import { tryAllocate } from './expand';
import { placeGrid } from './geometry';
import type { NiftiGeometry, NiftiHeader } from './header';
import { decodeScalars } from './scalar-types';
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

/** One frame of a NIfTI file: a number a voxel, in real units. */
export interface NiftiImage {
  /** The file's name, for messages. */
  readonly name: string;
  readonly grid: Grid;
  /** Slope and intercept applied; what was not finite is 0. */
  readonly values: Float32Array;
  readonly storedType: ScalarType;
  /** Which frame this is, from 0. */
  readonly frame: number;
  readonly frameCount: number;
  /** Header fields to write back with an image on the same grid. */
  readonly geometry: NiftiGeometry;
}

export type NiftiResult =
  | { readonly ok: true; readonly image: NiftiImage; readonly warnings: readonly ImageWarning[] }
  | { readonly ok: false; readonly problem: ImageProblem };

export interface NiftiOptions {
  readonly limits?: NiftiLimits;
  /** Which frame of a series to read, from 0; without it a file of several frames is refused. */
  readonly frame?: number;
}

/** Largest whole number up to which every whole number has its own float32. */
const largestExactLabel = 2 ** 24;

/**
 * Reads a single-file NIfTI-1 or NIfTI-2 image (.nii, .nii.gz; content decides, not the name).
 * Untrusted bytes: nothing is allocated before the header has been checked against the limits.
 */
export function readNifti(
  bytes: Uint8Array,
  name: string,
  options: NiftiOptions = {},
): NiftiResult {
  return readImage({ name, header: bytes, voxels: bytes, isPair: false }, options);
}

/** Reads a NIfTI image stored as header (.hdr) and voxels (.img), either of them gzipped or not. */
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

/** The image as a segmentation, refused where a value is not a whole number from 0 to 2²⁴. */
export function toLabelVolume(
  image: NiftiImage,
):
  | { readonly ok: true; readonly volume: LabelVolume }
  | { readonly ok: false; readonly problem: ImageProblem } {
  const { name: file, grid, values, storedType } = image;
  const found = new Set<number>();
  let previous = 0;
  for (const value of values) {
    if (value === previous) continue;
    previous = value;
    const reason = whyNoLabel(value);
    if (reason) return { ok: false, problem: { file, code: 'not-labels', reason, value } };
    found.add(value);
  }
  found.delete(0);
  const labels = [...found].sort((a, b) => a - b);
  return { ok: true, volume: { kind: 'labels', grid, values, storedType, labels } };
}

function readImage(files: NiftiFiles, options: NiftiOptions): NiftiResult {
  const file = files.name;
  const opened = openNifti(files);
  if (!opened.ok) return opened;
  const { header, storedType } = opened;
  const frames = chooseFrame(header, file, options.frame);
  if (!frames.ok) return frames;
  const problem = checkSize(header, options.limits ?? defaultNiftiLimits, file);
  if (problem) return { ok: false, problem };
  const placed = placeGrid(header.geometry, sizeVoxelsOf(header), file);
  if (!placed.ok) return placed;

  const count = voxelCount(placed.grid);
  const range = { firstVoxel: frames.frame * count, voxelCount: count };
  const data = readVoxelBytes(files, header, storedType, range);
  if (!data.ok) return data;
  const values = tryAllocate(() => new Float32Array(count));
  if (!values) {
    return { ok: false, problem: { file, code: 'out-of-memory', neededBytes: count * 4 } };
  }
  const warnings = [...placed.warnings];
  const scaling = usableScaling(header.scaling, file, warnings);
  const nonFinite = decodeScalars(data.bytes, storedType, header.isLittleEndian, scaling, values);
  if (nonFinite > 0) warnings.push({ file, code: 'non-finite-voxels', count: nonFinite });

  const { frame, frameCount } = frames;
  const geometry = frameCount > 1 ? { ...header.geometry, dimensionCount: 3 } : header.geometry;
  const { grid } = placed;
  const image = { name: file, grid, values, storedType, frame, frameCount, geometry };
  return { ok: true, image, warnings };
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

function whyNoLabel(value: number): 'fraction' | 'negative' | 'too-large' | undefined {
  if (value < 0) return 'negative';
  if (!Number.isInteger(value)) return 'fraction';
  return value > largestExactLabel ? 'too-large' : undefined;
}

import type { Vec3 } from '../frames';
import type { ImageProblem, ImageWarning } from '../image-problem';
import type { Steps } from '../steps';
import { mostChannels, type ScalarType } from '../volume';
import { type ByteRange, readRange } from './expand';
import { headerLayouts, longestHeaderBytes, type NiftiHeader, readHeader } from './header';
import { bytesPerScalar, type Scaling, unsupportedTypeName, voxelTypeOf } from './scalar-types';

/** What a reader accepts before it allocates anything. */
export interface NiftiLimits {
  /** Voxels of one frame, times its channels. */
  readonly maxVoxels: number;
}

/** 2²⁹ voxels: a float32 image of 2 GiB. */
export const defaultNiftiLimits: NiftiLimits = { maxVoxels: 2 ** 29 };

/** 16 MiB: more than extensions of a header take, so that little is read only to be dropped. */
const largestOffsetBytes = 2 ** 24;

/** The files a NIfTI image comes from: one (.nii), or a header and its voxels (.hdr and .img). */
export interface NiftiFiles {
  readonly name: string;
  readonly header: Uint8Array;
  readonly voxels: Uint8Array;
  readonly isPair: boolean;
}

/** Which part of a file's voxel data is wanted, in numbers of its scalar type. */
export interface ScalarRange {
  readonly firstScalar: number;
  readonly scalarCount: number;
  /** No voxels follow: the checksum behind them is compared, where there is one. */
  readonly isLast: boolean;
}

export type OpenResult =
  | {
      readonly ok: true;
      readonly header: NiftiHeader;
      readonly storedType: ScalarType;
      /** Numbers of that type that lie side by side for each voxel: those of a colour, else 1. */
      readonly perVoxel: number;
    }
  | { readonly ok: false; readonly problem: ImageProblem };

export type VoxelBytesResult =
  | {
      readonly ok: true;
      readonly bytes: Uint8Array;
      readonly warnings: readonly ImageWarning[];
    }
  | { readonly ok: false; readonly problem: ImageProblem };

/** Reads the header and refuses what no reader of ours could use; touches no voxel. */
export function* openNifti(files: NiftiFiles): Steps<OpenResult> {
  const file = files.name;
  const refuse = (problem: ImageProblem): OpenResult => ({ ok: false, problem });
  if (files.header.length === 0) return refuse({ file, code: 'empty' });
  // What lies behind the header of a single file is looked at when its voxels are read.
  const isLast = files.isPair;
  const start = yield* readRange(files.header, 0, longestHeaderBytes, { isLast });
  const wholeBytes = files.isPair ? headerLayouts[1].headerBytes : longestHeaderBytes;
  const prefix = usableBytes(start, file, wholeBytes);
  if (!prefix.ok) return prefix;
  const result = readHeader(prefix.bytes, file);
  if (!result.ok) return result;

  const { header } = result;
  if (header.isPair && !files.isPair) return refuse({ file, code: 'header-without-image' });
  if (!header.isPair && files.isPair) {
    return refuse({ file, code: 'bad-magic', magic: `n+${header.version}` });
  }
  const { dimensions, datatypeCode, voxelOffsetBytes: offsetBytes } = header;
  const [dimensionCount = 0, ...sizes] = dimensions;
  const isCounted = dimensionCount >= 1 && dimensionCount <= 7;
  if (!isCounted || !sizes.every((size) => Number.isSafeInteger(size) && size >= 1)) {
    return refuse({ file, code: 'bad-dimensions', dimensions });
  }
  const voxelType = voxelTypeOf(datatypeCode);
  if (!voxelType) {
    const typeName = unsupportedTypeName(datatypeCode);
    return refuse({ file, code: 'unsupported-datatype', datatypeCode, typeName });
  }
  const leastOffset = header.isPair ? 0 : headerLayouts[header.version].headerBytes;
  const isPlaced = offsetBytes === 0 || offsetBytes >= leastOffset;
  if (!isPlaced || !(offsetBytes <= largestOffsetBytes)) {
    return refuse({ file, code: 'bad-offset', offsetBytes, limitBytes: largestOffsetBytes });
  }
  return { ok: true, header, storedType: voxelType.type, perVoxel: voxelType.perVoxel };
}

/** Sizes of the first three axes, 1 where the header counts fewer. */
export function sizeVoxelsOf(header: NiftiHeader): Vec3 {
  const [, nx = 1, ny = 1, nz = 1] = header.dimensions;
  return [nx, ny, nz];
}

/** Refuses what is above the limits, or too small to be registered: fewer than two axes. */
export function checkSize(
  header: NiftiHeader,
  limits: NiftiLimits,
  file: string,
  channels = 1,
): ImageProblem | undefined {
  if (channels > mostChannels) {
    return { file, code: 'too-many-channels', channels, limit: mostChannels };
  }
  const sizeVoxels = sizeVoxelsOf(header);
  const voxels = sizeVoxels[0] * sizeVoxels[1] * sizeVoxels[2] * channels;
  const dimensions = channels > 1 ? [...sizeVoxels, channels] : header.dimensions.slice(1);
  if (voxels > limits.maxVoxels) {
    return { file, code: 'too-large', dimensions, voxels, limitVoxels: limits.maxVoxels };
  }
  const axes = sizeVoxels.filter((size) => size > 1).length;
  return axes < 2 ? { file, code: 'too-small', dimensions } : undefined;
}

/** The stored bytes of a range of voxels, once the file is known to hold them. */
export function* readVoxelBytes(
  files: NiftiFiles,
  header: NiftiHeader,
  storedType: ScalarType,
  range: ScalarRange,
): Steps<VoxelBytesResult> {
  const file = files.name;
  const scalarBytes = bytesPerScalar[storedType];
  const unstatedOffset = header.isPair ? 0 : headerLayouts[header.version].voxelsAtBytes;
  const firstByte =
    (Math.floor(header.voxelOffsetBytes) || unstatedOffset) + range.firstScalar * scalarBytes;
  const byteCount = range.scalarCount * scalarBytes;
  const expectedBytes = firstByte + byteCount;
  const read = yield* readRange(files.voxels, firstByte, byteCount, range);
  const data = usableBytes(read, file, expectedBytes);
  if (!data.ok) return data;
  const { bytes, reachedBytes: foundBytes, uncheckedBytes } = data;
  if (foundBytes < expectedBytes) {
    return { ok: false, problem: { file, code: 'truncated', expectedBytes, foundBytes } };
  }
  const warnings: ImageWarning[] =
    uncheckedBytes === undefined ? [] : [{ file, code: 'checksum-not-reached', uncheckedBytes }];
  return { ok: true, bytes, warnings };
}

/** Numbers as they are stored. */
export const unscaled: Scaling = { slope: 1, intercept: 0 };

/** The slope and intercept to apply: a slope of 0 or one that is not finite means none. */
export function usableScaling(scaling: Scaling, file: string, warnings: ImageWarning[]): Scaling {
  const { slope, intercept } = scaling;
  if (slope === 0) return unscaled;
  if (Number.isFinite(slope) && Number.isFinite(intercept)) return scaling;
  warnings.push({ file, code: 'scaling-ignored', slope, intercept });
  return unscaled;
}

/** A file that merely ends early is told apart by its length, unless only its checksum is missing. */
function usableBytes(
  range: ByteRange,
  file: string,
  neededBytes: number,
): Extract<ByteRange, { ok: true }> | { readonly ok: false; readonly problem: ImageProblem } {
  if (!range.ok) {
    const problem = { file, code: 'out-of-memory', neededBytes: range.neededBytes } as const;
    return { ok: false, problem };
  }
  const { reachedBytes: expandedBytes, fault } = range;
  if (fault === undefined) return range;
  const refuse = (problem: ImageProblem) => ({ ok: false, problem }) as const;
  switch (fault) {
    case 'cut':
      return expandedBytes < neededBytes ? range : refuse({ file, code: 'cut-compression' });
    case 'invalid':
      return refuse({ file, code: 'damaged-compression', expandedBytes });
    case 'checksum':
      return refuse({ file, code: 'checksum-differs' });
    case 'long-header':
    case 'empty-members':
      return refuse({ file, code: 'hostile-compression', fault });
  }
}

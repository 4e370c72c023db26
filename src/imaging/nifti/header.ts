import { NIFTI1, NIFTI2 } from 'nifti-reader-js';
import type { Matrix3x4, Vec3 } from '../frames';
import type { ImageProblem } from '../image-problem';
import { recogniseFile, textAt } from './file-kind';
import type { Scaling } from './scalar-types';

/** Bytes of each version's header, and where its voxels start in a single file without extensions. */
export const headerLayouts = {
  1: { headerBytes: 348, voxelsAtBytes: 352, magicAt: 344, sformAt: 280 },
  2: { headerBytes: 540, voxelsAtBytes: 544, magicAt: 4, sformAt: 400 },
} as const;

/** Enough of a file's start to hold either header. */
export const longestHeaderBytes = headerLayouts[2].voxelsAtBytes;

/**
 * The fields of a NIfTI header that place its voxels in the world, as stored, so that a file written
 * for the same grid can carry exactly the same ones. Lengths are in the header's own unit.
 */
export interface NiftiGeometry {
  readonly version: 1 | 2;
  /** `dim[0]`: 2 for a picture, 3 for a volume, 4 for a volume stored as a series of one frame. */
  readonly dimensionCount: number;
  /** All eight numbers; the first is qfac, the handedness of the qform. */
  readonly pixdim: readonly number[];
  readonly xyztUnits: number;
  readonly qformCode: number;
  /** The quaternion's b, c and d. */
  readonly quaternion: Vec3;
  readonly qoffset: Vec3;
  readonly sformCode: number;
  readonly sform: Matrix3x4;
}

/** What a NIfTI header says, not yet judged. */
export interface NiftiHeader {
  readonly version: 1 | 2;
  readonly isLittleEndian: boolean;
  /** True where the voxels lie in a second file (.hdr and .img). */
  readonly isPair: boolean;
  /** `dim[0]` followed by the sizes it counts. */
  readonly dimensions: readonly number[];
  readonly datatypeCode: number;
  readonly intentCode: number;
  readonly voxelOffsetBytes: number;
  readonly scaling: Scaling;
  readonly geometry: NiftiGeometry;
}

export type HeaderResult =
  | { readonly ok: true; readonly header: NiftiHeader }
  | { readonly ok: false; readonly problem: ImageProblem };

/** Reads a NIfTI-1 or NIfTI-2 header of either byte order from the decompressed start of a file. */
export function readHeader(bytes: Uint8Array, file: string): HeaderResult {
  const refuse = (problem: ImageProblem): HeaderResult => ({ ok: false, problem });
  const kind = recogniseFile(bytes);
  if (kind === 'empty') return refuse({ file, code: 'empty' });
  if (kind === 'gzip') return refuse({ file, code: 'compressed-twice' });

  const version = versionOf(bytes);
  if (!version) return refuse({ file, code: 'not-nifti', found: kind });
  const { headerBytes, magicAt, sformAt } = headerLayouts[version];
  if (bytes.length < headerBytes) {
    const foundBytes = bytes.length;
    return refuse({ file, code: 'truncated', expectedBytes: headerBytes, foundBytes });
  }
  const magic = textAt(bytes, magicAt, 4);
  const isPair = magic === `ni${version}\0`;
  if (!isPair && magic !== `n+${version}\0`) {
    // NIfTI-1 took Analyze's header over and put its mark where Analyze has a number.
    const isAnalyze = version === 1 && !/^[\x20-\x7e]{3}/.test(magic);
    return refuse(isAnalyze ? { file, code: 'analyze' } : { file, code: 'bad-magic', magic });
  }

  // Only these bytes, so that the library does not go on to parse extensions; and a copy made this
  // way because the slice of a Node Buffer, unlike that of any other Uint8Array, is not one.
  const { buffer } = new Uint8Array(bytes.subarray(0, headerBytes));
  const fields = version === 1 ? new NIFTI1() : new NIFTI2();
  fields.readHeader(buffer);

  const isLittleEndian = fields.littleEndian;
  const dimensionCount = fields.dims[0] ?? 0;
  const geometry: NiftiGeometry = {
    version,
    dimensionCount,
    pixdim: [...fields.pixDims],
    xyztUnits: fields.xyzt_units,
    qformCode: fields.qform_code,
    quaternion: [fields.quatern_b, fields.quatern_c, fields.quatern_d],
    qoffset: [fields.qoffset_x, fields.qoffset_y, fields.qoffset_z],
    sformCode: fields.sform_code,
    sform: readSform(new DataView(buffer), sformAt, version, isLittleEndian),
  };
  const header: NiftiHeader = {
    version,
    isLittleEndian,
    isPair,
    dimensions: fields.dims.slice(0, Math.max(0, dimensionCount) + 1),
    datatypeCode: fields.datatypeCode,
    intentCode: fields.intent_code,
    voxelOffsetBytes: fields.vox_offset,
    scaling: { slope: fields.scl_slope, intercept: fields.scl_inter },
    geometry,
  };
  return { ok: true, header };
}

function versionOf(bytes: Uint8Array): 1 | 2 | undefined {
  if (bytes.length < 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 4);
  const sizes = [view.getInt32(0, true), view.getInt32(0, false)];
  if (sizes.includes(headerLayouts[1].headerBytes)) return 1;
  if (sizes.includes(headerLayouts[2].headerBytes)) return 2;
  return undefined;
}

/** nifti-reader-js keeps only the matrix it prefers; our rule (`geometry.ts`) needs the stored sform. */
function readSform(
  view: DataView,
  offset: number,
  version: 1 | 2,
  isLittleEndian: boolean,
): Matrix3x4 {
  const numbers = Array.from({ length: 12 }, (_, i) =>
    version === 1
      ? view.getFloat32(offset + i * 4, isLittleEndian)
      : view.getFloat64(offset + i * 8, isLittleEndian),
  );
  return numbers as unknown as Matrix3x4;
}

import { gzipSync } from 'fflate';
import { NIFTI1, NIFTI2 } from 'nifti-reader-js';
import type { Grid } from '../grid';
import { voxelCount } from '../grid';
import { typeForLabels } from '../label-ids';
import {
  type DisplacementField,
  type ImageVolume,
  type LabelVolume,
  planesOf,
  type ScalarType,
  type Volume,
} from '../volume';
import { vectorIntent } from './displacement-field';
import { geometryOf } from './geometry';
import { headerLayouts, type NiftiGeometry } from './header';
import { bytesPerScalar, datatypeCodes, encodeLabels, encodeScalars } from './scalar-types';

export interface NiftiWriteOptions {
  /**
   * Geometry header of the file whose grid this is, put back exactly; without it one is made from
   * the grid.
   */
  readonly geometry?: NiftiGeometry;
  /** Compress the file (`.nii.gz`); true unless stated. */
  readonly gzip?: boolean;
}

export interface NiftiVolumeWriteOptions extends NiftiWriteOptions {
  /**
   * How to store the voxels; unless stated, labels as they were stored and images as float32.
   * Images are rounded to and limited to what a whole-number type can hold; labels get a whole-number
   * type that holds them all, whatever is asked for.
   */
  readonly storedType?: ScalarType;
}

/**
 * A volume as a little-endian NIfTI file, in the voxel order of its grid. An image of several channels
 * gets five dimensions (x, y, z, 1, channels) and intent 1007, one channel after the other.
 * @throws RangeError when there is not one value a voxel and channel.
 */
export function writeNifti(volume: Volume, options: NiftiVolumeWriteOptions = {}): Uint8Array {
  const planes = volume.kind === 'image' ? planesOf(volume) : [volume.values];
  return writePlanes(volume, planes, options);
}

/** Intensities, or indices of labels. */
type Numbers = Float32Array | Uint32Array;

/** What is written beside the numbers. */
type PlanesToWrite = Pick<ImageVolume, 'kind' | 'grid'> | LabelVolume;

/** `writeNifti` of an image whose channels lie apart. */
export function writeImagePlanes(
  image: { readonly grid: Grid; readonly planes: readonly Float32Array[] },
  options: NiftiVolumeWriteOptions = {},
): Uint8Array {
  return writePlanes({ kind: 'image', grid: image.grid }, image.planes, options);
}

function writePlanes(
  volume: PlanesToWrite,
  planes: readonly Numbers[],
  options: NiftiVolumeWriteOptions,
): Uint8Array {
  const storedType =
    options.storedType ?? (volume.kind === 'labels' ? volume.storedType : 'float32');
  const encoded =
    volume.kind === 'labels'
      ? labelEncoding(volume, storedType)
      : { storedType, encode: (values: Numbers) => encodeScalars(values, storedType) };
  const geometry = options.geometry ?? geometryOf(volume.grid);
  const [nx, ny, nz] = volume.grid.sizeVoxels;
  const isPicture = geometry.dimensionCount === 2 && nz === 1;
  const dimensions = isPicture ? [nx, ny] : [nx, ny, nz];
  if (geometry.dimensionCount >= 4) dimensions.push(1);
  const isVector = planes.length > 1;
  const header = {
    dimensions: isVector ? [nx, ny, nz, 1, planes.length] : dimensions,
    intentCode: isVector ? vectorIntent : 0,
    storedType: encoded.storedType,
    geometry,
  };
  return assemble(header, volume.grid, planes, encoded.encode, options.gzip);
}

/** @throws RangeError where no whole-number type holds all labels */
function labelEncoding({ values, ids }: LabelVolume, preferred: ScalarType) {
  const storedType = typeForLabels(ids, preferred);
  if (!storedType) throw new RangeError('No whole-number type holds all labels of the map.');
  return { storedType, encode: () => encodeLabels(values, ids, storedType) };
}

/**
 * A displacement field as ITK and ANTs read it: five dimensions (x, y, z, 1, 3), intent 1007,
 * float32 vectors in mm and LPS; a one-slice grid keeps its three components.
 * @throws RangeError when there is not one value a voxel and component.
 */
export function writeDisplacementField(
  field: DisplacementField,
  options: NiftiWriteOptions = {},
): Uint8Array {
  const geometry = options.geometry ?? geometryOf(field.grid);
  const dimensions = [...field.grid.sizeVoxels, 1, 3];
  const header = { dimensions, intentCode: vectorIntent, storedType: 'float32', geometry } as const;
  const [right, anterior, superior] = field.componentsMm;
  const lps = [right.map((x) => -x), anterior.map((y) => -y), superior];
  const encode = (values: Numbers) => encodeScalars(values, 'float32');
  return assemble(header, field.grid, lps, encode, options.gzip);
}

/** A file's bytes by gzip, on this thread; with a fixed time stamp: the same bytes give the same. */
export function gzipHere(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { mtime: 0 });
}

interface HeaderToWrite {
  readonly dimensions: readonly number[];
  readonly intentCode: number;
  readonly storedType: ScalarType;
  readonly geometry: NiftiGeometry;
}

function assemble(
  header: HeaderToWrite,
  grid: Grid,
  components: readonly Numbers[],
  encode: (values: Numbers) => Uint8Array,
  gzip = true,
): Uint8Array {
  const count = voxelCount(grid);
  if (components.some((values) => values.length !== count)) {
    throw new RangeError(`A grid of ${count} voxels needs as many values in every component.`);
  }
  const planeBytes = count * bytesPerScalar[header.storedType];
  const { voxelsAtBytes } = headerLayouts[header.geometry.version];
  const file = new Uint8Array(voxelsAtBytes + components.length * planeBytes);
  file.set(headerBytes(header));
  components.forEach((values, component) => {
    file.set(encode(values), voxelsAtBytes + component * planeBytes);
  });
  return gzip ? gzipHere(file) : file;
}

function headerBytes(header: HeaderToWrite): Uint8Array {
  const { geometry, dimensions, storedType } = header;
  const fields = geometry.version === 1 ? new NIFTI1() : new NIFTI2();
  fields.littleEndian = true;
  fields.magic = geometry.version === 1 ? 'n+1\0' : 'n+2\0\r\n\x1a\n';
  fields.dims = Array.from({ length: 8 }, (_, i) =>
    i === 0 ? dimensions.length : (dimensions[i - 1] ?? 1),
  );
  fields.intent_code = header.intentCode;
  fields.datatypeCode = datatypeCodes[storedType];
  fields.numBitsPerVoxel = bytesPerScalar[storedType] * 8;
  fields.vox_offset = headerLayouts[geometry.version].voxelsAtBytes;
  fields.scl_slope = 1;
  fields.scl_inter = 0;
  fields.description = 'Weft';
  fields.pixDims = [...geometry.pixdim];
  fields.xyzt_units = geometry.xyztUnits;
  fields.qform_code = geometry.qformCode;
  [fields.quatern_b, fields.quatern_c, fields.quatern_d] = geometry.quaternion;
  [fields.qoffset_x, fields.qoffset_y, fields.qoffset_z] = geometry.qoffset;
  fields.sform_code = geometry.sformCode;
  const { sform } = geometry;
  fields.affine = [sform.slice(0, 4), sform.slice(4, 8), sform.slice(8, 12), [0, 0, 0, 1]];
  return new Uint8Array(fields.toArrayBuffer());
}

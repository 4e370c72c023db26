import { axisAlignedGrid } from '../../../src/imaging/grid';
import { writeNifti } from '../../../src/imaging/nifti/write-nifti';
import type { ScalarType } from '../../../src/imaging/volume';

/** An uncompressed NIfTI-1 file of 5×4×3 voxels with a header that tests then spoil. */
export function smallNifti(storedType: ScalarType = 'int16'): Uint8Array {
  const values = Float32Array.from({ length: 60 }, (_, i) => i);
  const grid = axisAlignedGrid([5, 4, 3], [1, 2, 3], [-4, 5, 6]);
  return writeNifti({ kind: 'image', grid, values, storedType }, { storedType, gzip: false });
}

/** A changed copy of a file. */
export function edited(bytes: Uint8Array, edit: (view: DataView) => void): Uint8Array {
  const copy = bytes.slice();
  edit(new DataView(copy.buffer));
  return copy;
}

/** Sets the first numbers of `dim`, the first of them being how many axes there are. */
export function setDimensions(view: DataView, dimensions: readonly number[]): void {
  dimensions.forEach((size, i) => {
    view.setInt16(at.dim + i * 2, size, true);
  });
}

/** Where the fields that tests change lie in a NIfTI-1 header. */
export const at = {
  dim: 40,
  intent: 68,
  datatype: 70,
  pixdim: 76,
  voxOffset: 108,
  slope: 112,
  intercept: 116,
  units: 123,
  qformCode: 252,
  sformCode: 254,
  quaternion: 256,
  qoffset: 268,
  sform: 280,
  magic: 344,
} as const;

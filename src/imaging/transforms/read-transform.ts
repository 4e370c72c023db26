import type { MovingWorldFromFixedWorld } from '../frames';
import type { ImageProblem, ImageWarning, TransformProblem } from '../image-problem';
import { readDisplacementField } from '../nifti/displacement-field';
import { recogniseFile } from '../nifti/file-kind';
import type { NiftiGeometry } from '../nifti/header';
import type { DisplacementField } from '../volume';
import { readItkAffine } from './itk-affine';

/** What one transform file holds: a linear map of the whole world, or a displacement on a grid. */
export type StoredTransform =
  | { readonly kind: 'affine'; readonly movingWorldFromFixedWorld: MovingWorldFromFixedWorld }
  | {
      readonly kind: 'displacement';
      readonly field: DisplacementField;
      readonly geometry: NiftiGeometry;
    };

export type StoredTransformResult =
  | {
      readonly ok: true;
      readonly transform: StoredTransform;
      readonly warnings: readonly ImageWarning[];
    }
  | { readonly ok: false; readonly problem: ImageProblem | TransformProblem };

/** Every text transform of ITK starts so. */
const itkText = '#Insight Transform File';

/** Longer texts are no linear transform. */
const longestTextBytes = 2 ** 20;

/**
 * Reads an ITK text file of one linear transform, or a displacement field as ITK and ANTs write it
 * (NIfTI of five dimensions). What it is shows in its content, whatever its name says. ITK's binary
 * containers (.mat, .h5) and composites are refused by name.
 */
export function readTransformFile(bytes: Uint8Array, name: string): StoredTransformResult {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 512));
  if (recogniseFile(bytes) === 'hdf5') {
    return { ok: false, problem: { file: name, code: 'transform-container', found: 'HDF5' } };
  }
  // MATLAB 4, as ITK writes it: the name of its first matrix is that of the transform.
  if (/^[^#]{0,19}\0[^#]{0,60}Transform_(double|float)_\d_\d\0/s.test(start)) {
    return { ok: false, problem: { file: name, code: 'transform-container', found: 'MATLAB' } };
  }
  const isText = start.length > 0 && /^[\t\n\r\x20-\x7e]*$/.test(start);
  if (isText || start.trimStart().startsWith(itkText)) {
    const text = new TextDecoder().decode(bytes.subarray(0, longestTextBytes));
    const read = readItkAffine(text, name);
    if (!read.ok) return read;
    const { movingWorldFromFixedWorld } = read;
    return { ok: true, transform: { kind: 'affine', movingWorldFromFixedWorld }, warnings: [] };
  }
  const read = readDisplacementField(bytes, name);
  if (!read.ok) return read;
  const { field, geometry, warnings } = read;
  return { ok: true, transform: { kind: 'displacement', field, geometry }, warnings };
}

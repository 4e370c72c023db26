import { centreMm } from '../../../../imaging/grid';
import { writeDisplacementField } from '../../../../imaging/nifti/write-nifti';
import { writeItkAffine } from '../../../../imaging/transforms/itk-affine';
import type { PlanesMm } from '../../data-kinds/define-data-kind';
import type { ComputedTransform } from '../../data-kinds/transform';
import type { FileWriter, WriteContext } from './file-writer';

/** The affine as ITK's text, turning about the centre of the fixed grid. */
export const itkAffine = {
  format: 'itk-affine',
  of: 'transform',
  endings: ['affine.txt'],
  partOf: 'itk-transform',
  write: ({ affine, grid }) => new TextEncoder().encode(writeItkAffine(affine, centreMm(grid))),
} as const satisfies FileWriter<'transform'>;

/** The displacement as ITK and ANTs read it: mm, LPS. */
export const displacement = {
  format: 'displacement',
  of: 'transform',
  endings: ['displacement.nii.gz'],
  partOf: 'itk-transform',
  isIn: ({ displacementMm }) => displacementMm !== undefined,
  write: (transform, context) => fieldFile(transform, transform.displacementMm, context),
} as const satisfies FileWriter<'transform'>;

/** The displacement of the inverse, likewise. */
export const inverseDisplacement = {
  format: 'inverse-displacement',
  of: 'transform',
  endings: ['inverse-displacement.nii.gz'],
  partOf: 'itk-transform',
  isIn: ({ inverseDisplacementMm }) => inverseDisplacementMm !== undefined,
  write: (transform, context) => fieldFile(transform, transform.inverseDisplacementMm, context),
} as const satisfies FileWriter<'transform'>;

function fieldFile(
  { grid }: ComputedTransform,
  componentsMm: PlanesMm | undefined,
  { geometry, gzip }: WriteContext,
): Uint8Array | Promise<Uint8Array> | undefined {
  if (!componentsMm) return undefined;
  const options = geometry ? { geometry, gzip: false } : { gzip: false };
  return gzip(writeDisplacementField({ grid, componentsMm }, options), { repeats: false });
}

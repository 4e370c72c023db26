import { writeImagePlanes, writeNifti } from '../../../../imaging/nifti/write-nifti';
import type { FileWriter, WriteContext } from './file-writer';

const endings = ['.nii.gz', '.nii'] as const;

/** Intensities as float32; several channels as vectors. */
export const niftiImage = {
  format: 'nifti-image',
  of: 'image',
  endings,
  write: (image, context) =>
    context.gzip(writeImagePlanes(image, optionsOf(context)), { repeats: true }),
} as const satisfies FileWriter<'image'>;

/** Labels in the type that the file they came from has, else in the smallest that holds them. */
export const niftiLabels = {
  format: 'nifti-labels',
  of: 'labels',
  endings,
  write: ({ storedType = 'uint8', ...labels }, context) =>
    context.gzip(writeNifti({ ...labels, storedType }, optionsOf(context)), { repeats: true }),
} as const satisfies FileWriter<'labels'>;

function optionsOf({ geometry }: WriteContext) {
  return geometry ? { geometry, gzip: false } : { gzip: false };
}

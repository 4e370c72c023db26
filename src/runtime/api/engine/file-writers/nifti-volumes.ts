import { writeNifti } from '../../../../imaging/nifti/write-nifti';
import type { FileWriter, WriteContext } from './file-writer';

const endings = ['.nii.gz', '.nii'] as const;

/** Intensities as float32. */
export const niftiImage = {
  format: 'nifti-image',
  of: 'image',
  endings,
  write: (image, context) => writeNifti({ ...image, storedType: 'float32' }, optionsOf(context)),
} as const satisfies FileWriter<'image'>;

/** Labels in the smallest unsigned type that holds them. */
export const niftiLabels = {
  format: 'nifti-labels',
  of: 'labels',
  endings,
  write({ kind, grid, values, present: labels }, context) {
    const largest = labels.at(-1) ?? 0;
    const storedType = largest < 2 ** 8 ? 'uint8' : largest < 2 ** 16 ? 'uint16' : 'uint32';
    return writeNifti({ kind, grid, values, storedType, labels }, optionsOf(context));
  },
} as const satisfies FileWriter<'labels'>;

function optionsOf({ geometry }: WriteContext) {
  return geometry ? { geometry } : {};
}

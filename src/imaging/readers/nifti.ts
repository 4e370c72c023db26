import { readNifti, readNiftiPair } from '../nifti/read-nifti';
import type { ImageReader } from './image-reader';

/**
 * NIfTI-1 and NIfTI-2, as one file or as a pair, gzipped or not. Last in the list, it takes every file:
 * it says best what one is that nobody can read.
 */
export const niftiReader: ImageReader = {
  format: 'nifti',
  recognises: () => true,
  read: ({ name, bytes, voxelBytes }, options) =>
    voxelBytes ? readNiftiPair(bytes, voxelBytes, name, options) : readNifti(bytes, name, options),
};

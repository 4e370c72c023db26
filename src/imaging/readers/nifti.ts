import { readStoredNifti } from '../nifti/read-nifti';
import { runHeeding } from '../steps';
import type { ImageReader } from './image-reader';

/**
 * NIfTI-1 and NIfTI-2, as one file or as a pair, gzipped or not. Last in the list, it takes every file:
 * it says best what one is that nobody can read.
 */
export const niftiReader: ImageReader = {
  format: 'nifti',
  recognises: () => true,
  read({ name, bytes, voxelBytes }, { signal, ...options }) {
    const files = { name, header: bytes, voxels: voxelBytes ?? bytes };
    const isPair = voxelBytes !== undefined;
    return runHeeding(readStoredNifti({ ...files, isPair }, options), signal);
  },
};

import { z } from 'zod';

/** Name of a NIfTI file to write, without folders. */
export function fileNameParameter(initial: string) {
  return z
    .string()
    .max(100)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.nii(\.gz)?$/, 'a plain name that ends in .nii or .nii.gz')
    .default(initial)
    .meta({
      title: 'File name',
      help: 'Name of the file; .nii.gz is compressed.',
    });
}

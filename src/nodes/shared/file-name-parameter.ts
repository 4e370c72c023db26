import { z } from 'zod';

/**
 * Begins a pattern: not a name that Windows keeps for a device, whatever follows its first dot. Both
 * cases are spelled out, as a JSON Schema knows no flags.
 */
export const notADevice = String.raw`(?!(?:[Cc][Oo][Nn]|[Pp][Rr][Nn]|[Aa][Uu][Xx]|[Nn][Uu][Ll]|[Cc][Oo][Mm]\d|[Ll][Pp][Tt]\d)\.)`;

const plainName = new RegExp(`^${notADevice}[A-Za-z0-9][A-Za-z0-9._-]*\\.nii(\\.gz)?$`);

/** Name of a NIfTI file to write, without folders, that every system takes. */
export function fileNameParameter(initial: string) {
  return z
    .string()
    .max(100)
    .regex(plainName, 'a plain name that ends in .nii or .nii.gz, and no device (con, nul, com1)')
    .default(initial)
    .meta({
      title: 'File name',
      help: 'Name of the file; .nii.gz is compressed.',
    });
}

import { z } from 'zod';

/**
 * Begins a pattern: not a name that Windows keeps for a device, whatever follows its first dot. Both
 * cases are spelled out, as a JSON Schema knows no flags.
 */
export const notADevice = String.raw`(?!(?:[Cc][Oo][Nn]|[Pp][Rr][Nn]|[Aa][Uu][Xx]|[Nn][Uu][Ll]|[Cc][Oo][Mm]\d|[Ll][Pp][Tt]\d)\.)`;

/**
 * Name of a file to write, without folders, that every system takes; by default of NIfTI.
 * @param endings what follows the last dots of the name
 */
export function fileNameParameter(initial: string, endings: readonly string[] = ['nii', 'nii.gz']) {
  const ending = endings.map((one) => one.replaceAll('.', '\\.')).join('|');
  const isCompressed = endings.some((one) => one.endsWith('.gz'));
  return z
    .string()
    .max(100)
    .regex(
      new RegExp(`^${notADevice}[A-Za-z0-9][A-Za-z0-9._-]*\\.(${ending})$`),
      `a plain name that ends in .${endings.join(' or .')}, and no device (con, nul, com1)`,
    )
    .default(initial)
    .meta({
      title: 'File name',
      help: `Name of the file${isCompressed ? '; .nii.gz is compressed' : ''}.`,
    });
}

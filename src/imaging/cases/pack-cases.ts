import { zipSync } from 'fflate';
import { maxFileBytes } from '../readers/index';

/** A file of cases: its name with the folders below the one that was given, `/` between them. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Of an entry, so that equal files make equal bytes: the first day that zip knows. */
const modified = new Date(1980, 0, 1);

/**
 * Many files as one that a loader of cases reads: a zip in which each is stored as it is, in the order of their names. Throws a RangeError,
 * with the code of a file that is too large, where they are more than is read at once: a zip counts bytes by 32 bits.
 */
export function packCases(files: readonly NamedBytes[]): Uint8Array {
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (total > maxFileBytes) {
    const error = new RangeError('together they are larger than 2 GiB');
    throw Object.assign(error, { code: 'ERR_FS_FILE_TOO_LARGE' });
  }
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  return zipSync(Object.fromEntries(sorted.map(({ name, bytes }) => [name, bytes])), {
    level: 0,
    mtime: modified,
  });
}

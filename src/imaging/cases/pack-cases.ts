import { zipSync } from 'fflate';

/** A file of cases: its name with the folders below the one that was given, `/` between them. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Of an entry, so that equal files make equal bytes: the first day that zip knows. */
const modified = new Date(1980, 0, 1);

/** Many files as one that a loader of cases reads: a zip in which each is stored as it is, in the order of their names. */
export function packCases(files: readonly NamedBytes[]): Uint8Array {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  return zipSync(Object.fromEntries(sorted.map(({ name, bytes }) => [name, bytes])), {
    level: 0,
    mtime: modified,
  });
}

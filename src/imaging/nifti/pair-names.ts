/** Which half of an image pair a file name stands for, and what the other half may be called. */
export interface PairName {
  readonly part: 'header' | 'voxels';
  /** Names of the other half, the likeliest first. */
  readonly partners: readonly string[];
}

/**
 * Reads a name of the forms A.hdr, A.hdr.gz, A.img and A.img.gz, in capitals or not; undefined for any
 * other. Either half may be compressed without the other.
 */
export function pairNameOf(fileName: string): PairName | undefined {
  const [, stem, extension, compressed = ''] = /^(.*)\.(hdr|img)(\.gz)?$/is.exec(fileName) ?? [];
  if (stem === undefined || extension === undefined) return undefined;
  const part = extension.toLowerCase() === 'hdr' ? 'header' : 'voxels';
  const isUpperCase = extension === extension.toUpperCase();
  const lower = part === 'header' ? 'img' : 'hdr';
  const other = `${stem}.${isUpperCase ? lower.toUpperCase() : lower}`;
  const otherCompression = compressed === '' ? (isUpperCase ? '.GZ' : '.gz') : '';
  return { part, partners: [`${other}${compressed}`, `${other}${otherCompression}`] };
}

/**
 * Puts the halves of image pairs among named files together; every other file stands alone. Keeps the
 * order of the files; a pair starts with its header.
 */
export function groupPairs<File extends { readonly name: string }>(
  files: readonly File[],
): readonly (readonly [file: File, voxels?: File])[] {
  const left = [...files];
  const groups: (readonly [File, File?])[] = [];
  for (let file = left.shift(); file !== undefined; file = left.shift()) {
    const pair = pairNameOf(file.name);
    const at = left.findIndex(({ name }) => pair?.partners.includes(name));
    const [partner] = at < 0 ? [] : left.splice(at, 1);
    if (partner === undefined) groups.push([file]);
    else groups.push(pair?.part === 'header' ? [file, partner] : [partner, file]);
  }
  return groups;
}

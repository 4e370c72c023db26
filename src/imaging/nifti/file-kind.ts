/** What the first bytes of a file say it is. */
export type FileKind =
  | 'empty'
  | 'gzip'
  | 'html'
  | 'git-lfs-pointer'
  | 'png'
  | 'jpeg'
  | 'tiff'
  | 'zip'
  | 'bzip2'
  | 'xz'
  | 'zstd'
  | 'hdf5'
  | 'dicom'
  | 'minc1'
  | 'mif'
  | 'nrrd'
  | 'metaimage'
  | 'mgh'
  | 'unknown';

const signatures: readonly (readonly [FileKind, offset: number, signature: string])[] = [
  ['gzip', 0, '\x1f\x8b\x08'],
  ['png', 0, '\x89PNG\r\n\x1a\n'],
  ['jpeg', 0, '\xff\xd8\xff'],
  ['tiff', 0, 'II*\0'],
  ['tiff', 0, 'MM\0*'],
  ['zip', 0, 'PK\x03\x04'],
  ['bzip2', 0, 'BZh'],
  ['xz', 0, '\xfd7zXZ\0'],
  ['zstd', 0, '\x28\xb5\x2f\xfd'],
  ['hdf5', 0, '\x89HDF\r\n\x1a\n'],
  ['dicom', 128, 'DICM'],
  // netCDF, classic and with 64-bit offsets, which no other image format is made of.
  ['minc1', 0, 'CDF\x01'],
  ['minc1', 0, 'CDF\x02'],
  ['mif', 0, 'mrtrix image'],
  ['nrrd', 0, 'NRRD'],
  ['metaimage', 0, 'ObjectType'],
  ['metaimage', 0, 'NDims'],
  // An MGH file starts with its version, always 1, as a big-endian integer.
  ['mgh', 0, '\0\0\0\x01'],
  ['git-lfs-pointer', 0, 'version https://git-lfs'],
];

/** Names the kind of a file from its first few hundred bytes, whatever its name says. */
export function recogniseFile(bytes: Uint8Array): FileKind {
  if (bytes.length === 0) return 'empty';
  for (const [kind, offset, signature] of signatures) {
    if (textAt(bytes, offset, signature.length) === signature) return kind;
  }
  const start = textAt(bytes, 0, 512)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  return /^<(!doctype html|html|head|body)\b/.test(start) ? 'html' : 'unknown';
}

/** The bytes at an offset as one character each. */
export function textAt(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length));
}

import { deflateStart, isMemberAt } from '../../../imaging/nifti/gzip-member';
import type { OpenedFile } from '../../../imaging/readers/image-reader';

/**
 * Decompresses a gzip file beside the engine's thread, to a known number of bytes; undefined where it is damaged, holds
 * another number of bytes, or cannot be had for another reason.
 */
export type Gunzip = (bytes: Uint8Array, contentBytes: number) => Promise<Uint8Array | undefined>;

/** Files whose content is larger are expanded as far as they are needed only, by the reader: a series may be long. */
const largestContentBytes = 2 ** 28;

/** Behind the content: its checksum and its length. */
const trailerBytes = 8;

/**
 * The file with its gzipped parts expanded, where they are usual ones: the reader then has plain bytes. All others stay as
 * they are, and the reader says what is wrong with them.
 */
export async function expandAside(file: OpenedFile, gunzip: Gunzip): Promise<OpenedFile> {
  const [bytes, voxelBytes] = await Promise.all([
    expanded(file.bytes, gunzip),
    file.voxelBytes && expanded(file.voxelBytes, gunzip),
  ]);
  return { name: file.name, bytes, ...(voxelBytes && { voxelBytes }) };
}

async function expanded(bytes: Uint8Array, gunzip: Gunzip): Promise<Uint8Array> {
  if (!isMemberAt(bytes, 0) || bytes.length < trailerBytes) return bytes;
  if (typeof deflateStart(bytes, 0) === 'string') return bytes;
  // Only of a file that is one member and nothing else is this the length of the content.
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4);
  const contentBytes = trailer.getUint32(0, true);
  if (contentBytes === 0 || contentBytes > largestContentBytes) return bytes;
  return (await gunzip(bytes, contentBytes)) ?? bytes;
}

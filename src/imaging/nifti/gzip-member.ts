import { crc32 } from './crc32';

/** Why the content of a gzip file is not to be had, or not to be trusted. */
export type GzipFault =
  /** The bytes are no deflate stream, or its header contradicts itself. */
  | 'invalid'
  /** The file ends within a member. */
  | 'cut'
  /** A member's content is not what its checksum and length say. */
  | 'checksum'
  /** A header goes on for longer than any that a program writes. */
  | 'long-header'
  /** Members without content follow each other without end. */
  | 'empty-members';

/** Names and comments in a gzip header end within this. */
export const largestHeaderBytes = 2 ** 16;

/** Members without content that a file may have: block compression ends in one, nothing needs more. */
export const mostEmptyMembers = 1024;

/** Bytes of CRC-32 and length behind a member's content. */
const trailerBytes = 8;

const flagCrc = 2;
const flagExtra = 4;
const flagName = 8;
const flagComment = 16;
const reservedFlags = 0xe0;

/** Where the deflate stream of the member at `at` begins (RFC 1952, section 2.3), or why it does not. */
export function deflateStart(file: Uint8Array, at: number): number | GzipFault {
  const flags = file[at + 3] ?? 0;
  if ((flags & reservedFlags) !== 0) return 'invalid';
  const end = Math.min(file.length, at + largestHeaderBytes);
  const tooLong: GzipFault = end < file.length ? 'long-header' : 'cut';
  let next = at + 10;
  if ((flags & flagExtra) !== 0) {
    next += 2 + (file[next] ?? 0) + 256 * (file[next + 1] ?? 0);
  }
  for (const flag of [flagName, flagComment]) {
    if ((flags & flag) === 0) continue;
    const length = file.subarray(next, end).indexOf(0);
    if (length < 0) return tooLong;
    next += length + 1;
  }
  if ((flags & flagCrc) !== 0) {
    const stated = (file[next] ?? 0) + 256 * (file[next + 1] ?? 0);
    if ((crc32(0, file, at, Math.min(next, file.length)) & 0xffff) !== stated) return 'invalid';
    next += 2;
  }
  return next < end ? next : tooLong;
}

/** Whether a member begins at `at`; what is not one behind the last is left alone, as gzip does. */
export function isMemberAt(file: Uint8Array, at: number): boolean {
  return file[at] === 0x1f && file[at + 1] === 0x8b && file[at + 2] === 8;
}

/** Where the member ends whose deflate stream ends at `at`, or how its trailer differs. */
export function memberEnd(
  file: Uint8Array,
  at: number,
  content: { readonly crc: number; readonly length: number },
): number | GzipFault {
  if (file.length - at < trailerBytes) return 'cut';
  const view = new DataView(file.buffer, file.byteOffset + at, trailerBytes);
  const isWhole =
    view.getUint32(0, true) === content.crc && view.getUint32(4, true) === content.length % 2 ** 32;
  return isWhole ? at + trailerBytes : 'checksum';
}

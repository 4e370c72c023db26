import { joinBytes } from '../imaging/join-bytes';

/** How bytes become a gzip file; the root hands in zlib. */
export interface GzipParts {
  /** The raw deflate stream of some bytes: its end where they are the last, else up to a whole byte (a sync flush). */
  deflate(bytes: Uint8Array, isLast: boolean): Promise<Uint8Array>;
  /** CRC-32 of some bytes. */
  crc32(bytes: Uint8Array): number;
}

/** Enough that what is lost at a piece's beginning, where nothing came before, is not to be seen in the size. */
const pieceBytes = 2 ** 19;

/** Pieces under way at a time: each holds memory, and Node has four threads for such work. */
const atOnce = 4;

/** Deflate, no flags, no time, an unknown system (RFC 1952). */
const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/**
 * A gzip file of one member whose pieces are compressed at the same time, as Adler's pigz does. What it holds depends on
 * the bytes alone.
 */
export async function gzipInPieces(bytes: Uint8Array, parts: GzipParts): Promise<Uint8Array> {
  const count = Math.max(1, Math.ceil(bytes.length / pieceBytes));
  const pieces: Uint8Array[] = [];
  let next = 0;
  const compressSome = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      const piece = bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes);
      pieces[index] = await parts.deflate(piece, index === count - 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, compressSome));
  const trailer = new Uint8Array(8);
  const view = new DataView(trailer.buffer);
  view.setUint32(0, parts.crc32(bytes), true);
  view.setUint32(4, bytes.length % 2 ** 32, true);
  return joinBytes([header, ...pieces, trailer]);
}

import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gzipInPieces } from '../../../src/cli/gzip-pieces';
import { readRange } from '../../../src/imaging/nifti/expand';
import { runSteps } from '../../../src/imaging/steps';

const compress = promisify(deflateRaw);
const parts = {
  deflate: (bytes: Uint8Array, isLast: boolean) =>
    compress(bytes, isLast ? {} : { finishFlush: constants.Z_SYNC_FLUSH }),
  crc32,
};

/** Bytes with something to compress in them, over several pieces. */
const bytesOf = (length: number) => Uint8Array.from({ length }, (_, at) => (at * at) >> 11);

describe('gzipInPieces', () => {
  it.each([0, 1, 2 ** 19, 2 ** 19 + 1, 1_700_000])(
    'holds %i bytes, in one member',
    async (length) => {
      const bytes = bytesOf(length);
      const file = await gzipInPieces(bytes, parts);
      expect(Buffer.compare(gunzipSync(file), bytes)).toBe(0);
      // The page's reader, which compares the checksum.
      const read = runSteps(readRange(file, 0, length, { isLast: true }));
      if (!read.ok) throw new Error('There is room.');
      expect(read.fault).toBeUndefined();
      expect(Buffer.compare(read.bytes, bytes)).toBe(0);
      expect(new DataView(file.buffer, file.byteOffset + file.length - 4).getUint32(0, true)).toBe(
        length,
      );
    },
  );

  it('is the same whichever piece is ready first', async () => {
    const bytes = bytesOf(1_200_000);
    const slowFirst = await gzipInPieces(bytes, {
      ...parts,
      async deflate(piece, isLast) {
        if (!isLast) await new Promise((resume) => setTimeout(resume, 20));
        return parts.deflate(piece, isLast);
      },
    });
    expect(Buffer.compare(slowFirst, await gzipInPieces(bytes, parts))).toBe(0);
  });
});

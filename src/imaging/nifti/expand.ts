import { type FlateError, FlateErrorCode, Gunzip } from 'fflate';
import { recogniseFile } from './file-kind';

/** A range of a file's bytes after decompression, or why there is none. */
export type ByteRange =
  | {
      readonly ok: true;
      readonly bytes: Uint8Array;
      /** How far the file was read: less than the end of the range where it ends or breaks before. */
      readonly reachedBytes: number;
      readonly isDamaged: boolean;
    }
  | { readonly ok: false; readonly neededBytes: number };

/** The deflate format cannot expand by more than this: two bits for a run of 258 bytes. */
const largestExpansion = 1032;

/** Compressed bytes handed to the inflater at a time; bounds what one step can expand to. */
const stepBytes = 32 * 1024;

/**
 * Up to `byteCount` bytes of a file from `firstByte` on, decompressed where its content (not its name)
 * is gzip. What comes before is inflated and dropped, and nothing is inflated past the step in which
 * the range ends: beside the range only one step is held, which expands to 33 MiB at most. Fewer bytes
 * come back where the file ends early. Not ok means that they do not fit into memory.
 */
export function readRange(file: Uint8Array, firstByte: number, byteCount: number): ByteRange {
  const endByte = firstByte + byteCount;
  if (recogniseFile(file) !== 'gzip') {
    const bytes = file.subarray(firstByte, endByte);
    return { ok: true, bytes, reachedBytes: Math.min(file.length, endByte), isDamaged: false };
  }
  const mostBytes = file.length * largestExpansion;
  const capacity = Math.max(0, Math.min(endByte, mostBytes) - firstByte);
  const range = tryAllocate(() => new Uint8Array(capacity));
  if (!range) return { ok: false, neededBytes: capacity };

  let reached = 0;
  const inflater = new Gunzip((chunk) => {
    const wanted = chunk.subarray(Math.max(0, firstByte - reached), endByte - reached);
    range.set(wanted, Math.max(0, reached - firstByte));
    reached = Math.min(reached + chunk.length, endByte);
  });
  let isDamaged = false;
  try {
    for (let start = 0; start < file.length && reached < endByte; start += stepBytes) {
      const end = Math.min(start + stepBytes, file.length);
      inflater.push(file.subarray(start, end), end === file.length);
    }
  } catch (error) {
    // A file that merely stops is told apart by its length; anything else is not valid gzip.
    isDamaged = (error as FlateError).code !== FlateErrorCode.UnexpectedEOF;
  }
  const bytes = range.subarray(0, Math.max(0, reached - firstByte));
  return { ok: true, bytes, reachedBytes: reached, isDamaged };
}

/** The array, or undefined where the machine has no room for it. */
export function tryAllocate<Value>(allocate: () => Value): Value | undefined {
  try {
    return allocate();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

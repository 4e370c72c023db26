import { type FlateError, FlateErrorCode, Gunzip } from 'fflate';
import { recogniseFile } from './file-kind';

/** The first bytes of a file after decompression, or why there are none. */
export type Prefix =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly isDamaged: boolean }
  | { readonly ok: false; readonly neededBytes: number };

/** The deflate format cannot expand by more than this: two bits for a run of 258 bytes. */
const largestExpansion = 1032;

/** Compressed bytes handed to the inflater at a time; bounds what one step can expand to. */
const stepBytes = 32 * 1024;

/**
 * Up to `byteCount` bytes from the start of a file, decompressed where its content (not its name) is
 * gzip. Decompression stops there, so a small file that expands to gigabytes costs nothing.
 * Fewer bytes come back where the file ends early. Not ok means that they do not fit into memory.
 */
export function readPrefix(file: Uint8Array, byteCount: number): Prefix {
  if (recogniseFile(file) !== 'gzip') {
    return { ok: true, bytes: file.subarray(0, byteCount), isDamaged: false };
  }
  const capacity = Math.min(byteCount, file.length * largestExpansion);
  const expanded = tryAllocate(() => new Uint8Array(capacity));
  if (!expanded) return { ok: false, neededBytes: capacity };

  let filled = 0;
  const inflater = new Gunzip((chunk) => {
    const room = expanded.subarray(filled, filled + chunk.length);
    room.set(chunk.subarray(0, room.length));
    filled += room.length;
  });
  let isDamaged = false;
  try {
    for (let start = 0; start < file.length && filled < capacity; start += stepBytes) {
      const end = Math.min(start + stepBytes, file.length);
      inflater.push(file.subarray(start, end), end === file.length);
    }
  } catch (error) {
    // A file that merely stops is told apart by its length; anything else is not valid gzip.
    isDamaged = (error as FlateError).code !== FlateErrorCode.UnexpectedEOF;
  }
  return { ok: true, bytes: expanded.subarray(0, filled), isDamaged };
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

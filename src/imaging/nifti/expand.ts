import {
  Z_BUF_ERROR,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  ZStream,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateReset,
} from 'pako';
import type { Steps } from '../steps';
import { crc32 } from './crc32';
import { recogniseFile } from './file-kind';
import {
  deflateStart,
  type GzipFault,
  isMemberAt,
  memberEnd,
  mostEmptyMembers,
} from './gzip-member';

/** A range of a file's bytes after decompression, or why there is none. */
export type ByteRange =
  | {
      readonly ok: true;
      readonly bytes: Uint8Array;
      /** How far the file was read: less than the end of the range where it ends or breaks before. */
      readonly reachedBytes: number;
      readonly fault?: GzipFault;
      /**
       * Bytes behind the range that were read in search of the checksum and given up on; absent where
       * it was compared, or not looked for.
       */
      readonly uncheckedBytes?: number;
    }
  | { readonly ok: false; readonly neededBytes: number };

/** What a range is to its file. */
export interface RangeOptions {
  /**
   * The range is the last that the file should hold: the checksum behind it is looked for and compared.
   * Otherwise only those are compared that lie before the end of the range.
   */
  readonly isLast: boolean;
}

/** The deflate format cannot expand by more than this: two bits for a run of 258 bytes. */
const largestExpansion = 1032;

/** Expanded bytes that one step gives at most. */
const stepBytes = 2 ** 18;

/** Compressed bytes that one step takes at most: they may expand to nothing. */
const stepInputBytes = 2 ** 20;

/** Bytes behind the last range that are read in search of its checksum. */
const largestExcessBytes = 2 ** 26;

/** Windows of 32 KiB, no header of zlib's own. */
const rawWindowBits = -15;

/**
 * Up to `byteCount` bytes of a file from `firstByte` on, decompressed where its content (not its name)
 * is gzip, in steps. What comes before is inflated and dropped, and little is inflated past the range:
 * beside it only one step is held. The checksum and length of every gzip member that is read to its end
 * are compared. Fewer bytes come back where the file ends early. Not ok means that they do not fit into
 * memory.
 */
export function* readRange(
  file: Uint8Array,
  firstByte: number,
  byteCount: number,
  { isLast }: RangeOptions,
): Steps<ByteRange> {
  const endByte = firstByte + byteCount;
  if (recogniseFile(file) !== 'gzip') {
    const bytes = file.subarray(firstByte, endByte);
    return { ok: true, bytes, reachedBytes: Math.min(file.length, endByte) };
  }
  const mostBytes = file.length * largestExpansion;
  const capacity = Math.max(0, Math.min(endByte, mostBytes) - firstByte);
  const range = tryAllocate(() => new Uint8Array(capacity));
  if (!range) return { ok: false, neededBytes: capacity };
  const inflater = new RangeInflater(file, range, firstByte);
  const outcome = yield* inflater.run(endByte, isLast);
  const reachedBytes = Math.min(inflater.reachedBytes, endByte);
  return {
    ok: true,
    bytes: range.subarray(0, Math.max(0, reachedBytes - firstByte)),
    reachedBytes,
    ...(typeof outcome === 'string' && { fault: outcome }),
    ...(typeof outcome === 'number' && { uncheckedBytes: outcome }),
  };
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

/** Inflates gzip members one after the other, into an array from one byte of the content on. */
class RangeInflater {
  /** Bytes of content so far. */
  reachedBytes = 0;
  readonly #stream = new ZStream();
  readonly #range: Uint8Array<ArrayBuffer>;
  readonly #firstByte: number;
  #scratch: Uint8Array<ArrayBuffer> | undefined;

  constructor(file: Uint8Array, range: Uint8Array<ArrayBuffer>, firstByte: number) {
    this.#range = range;
    this.#firstByte = firstByte;
    zlibInflateInit2(this.#stream, rawWindowBits);
    this.#stream.input = file;
  }

  /** What is wrong with the file, or how much was read in vain in search of a checksum. */
  *run(endByte: number, isLast: boolean): Steps<GzipFault | number | undefined> {
    const stream = this.#stream;
    const { input: file } = stream;
    let emptyMembers = 0;
    for (let at = 0; isMemberAt(file, at); ) {
      const start = deflateStart(file, at);
      if (typeof start === 'string') return start;
      zlibInflateReset(stream);
      stream.next_in = start;
      const content = { crc: 0, length: 0 };
      for (let isOver = false; !isOver; ) {
        const found = this.#step(content);
        if (typeof found === 'string') return found;
        isOver = found;
        yield;
        const excessBytes = this.reachedBytes - endByte;
        if (!isLast && excessBytes >= 0) return undefined;
        if (excessBytes > largestExcessBytes) return excessBytes;
      }
      const end = memberEnd(file, stream.next_in, content);
      if (typeof end === 'string') return end;
      if (this.reachedBytes >= endByte) return undefined;
      if (content.length === 0) emptyMembers += 1;
      if (emptyMembers > mostEmptyMembers) return 'empty-members';
      at = end;
    }
    return undefined;
  }

  /** Inflates a little further; true at the end of the member. */
  #step(content: { crc: number; length: number }): GzipFault | boolean {
    const stream = this.#stream;
    const range = this.#range;
    const at = this.reachedBytes - this.#firstByte;
    const isInRange = at >= 0 && at < range.length;
    const from = isInRange ? at : 0;
    stream.output = isInRange ? range : this.#scratchBuffer();
    const before = at < 0 ? -at : Number.POSITIVE_INFINITY;
    const room = isInRange ? range.length - at : before;
    stream.next_out = from;
    stream.avail_out = Math.min(room, stepBytes);
    stream.avail_in = Math.min(stream.input.length - stream.next_in, stepInputBytes);
    const status = zlibInflate(stream, Z_NO_FLUSH);
    content.crc = crc32(content.crc, stream.output, from, stream.next_out);
    content.length += stream.next_out - from;
    this.reachedBytes += stream.next_out - from;
    if (status === Z_STREAM_END) return true;
    if (status !== Z_OK && status !== Z_BUF_ERROR) return 'invalid';
    const isStuck = stream.avail_out > 0 && stream.next_in >= stream.input.length;
    return isStuck ? 'cut' : false;
  }

  #scratchBuffer(): Uint8Array<ArrayBuffer> {
    this.#scratch ??= new Uint8Array(stepBytes);
    return this.#scratch;
  }
}

import { Inflate, Unzlib } from 'fflate';

const inputStepBytes = 4096;

/**
 * Inflates raw deflate data or, for `zlib`, data with that header. Undefined where the data is
 * damaged or holds more than `mostBytes`: a bomb is dropped while it unfolds, at most
 * four megabytes after the cap.
 */
export function inflateCapped(
  data: Uint8Array,
  format: 'deflate' | 'zlib',
  mostBytes: number,
): Uint8Array | undefined {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  let finished = false;
  const keep = (piece: Uint8Array, final: boolean) => {
    bytes += piece.length;
    finished ||= final;
    pieces.push(piece);
  };
  const stream = format === 'zlib' ? new Unzlib(keep) : new Inflate(keep);
  try {
    for (let at = 0; at < data.length && bytes <= mostBytes; at += inputStepBytes) {
      const end = Math.min(at + inputStepBytes, data.length);
      stream.push(data.subarray(at, end), end === data.length);
    }
  } catch {
    return undefined;
  }
  return finished && bytes <= mostBytes ? concatenate(pieces) : undefined;
}

/** The parts one after the other. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** One chunk of a PNG file; `start` and `end` enclose it with its length, type and checksum. */
export interface PngChunk {
  readonly type: string;
  readonly data: Uint8Array;
  readonly start: number;
  readonly end: number;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

// The polynomial of PNG's CRC-32, bits reversed (PNG specification, annex D).
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** True where the bytes begin as a PNG file does. */
export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, at) => bytes[at] === byte);
}

/** The chunks of a PNG file whose checksums are right, up to the first that is cut off. */
export function* pngChunks(png: Uint8Array): Generator<PngChunk> {
  if (!isPng(png)) return;
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let start = signature.length;
  while (start + 12 <= png.length) {
    const end = start + 12 + view.getUint32(start);
    if (end > png.length) return;
    if (crc32(png.subarray(start + 4, end - 4)) === view.getUint32(end - 4)) {
      const type = String.fromCharCode(...png.subarray(start + 4, start + 8));
      yield { type, data: png.subarray(start + 8, end - 4), start, end };
    }
    start = end;
  }
}

/** The bytes of one chunk: length, type, data, checksum. */
export function encodePngChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(data.length + 12);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(new TextEncoder().encode(type), 4);
  chunk.set(data, 8);
  view.setUint32(chunk.length - 4, crc32(chunk.subarray(4, chunk.length - 4)));
  return chunk;
}

/** CRC-32 as in the PNG specification, annex D. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Eight tables of 256 entries: entry n of table k is the remainder of byte n followed by k zero bytes. */
const tables = makeTables();

/**
 * CRC-32 of gzip (RFC 1952, section 8), eight bytes at a time (Intel's "slicing by 8").
 * @param crc of the bytes before, 0 where there are none
 */
export function crc32(crc: number, bytes: Uint8Array, begin = 0, end = bytes.length): number {
  const t = tables;
  let c = ~crc;
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const x =
      c ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    c =
      t[1792 + (x & 255)]! ^
      t[1536 + ((x >>> 8) & 255)]! ^
      t[1280 + ((x >>> 16) & 255)]! ^
      t[1024 + (x >>> 24)]! ^
      t[768 + bytes[i + 4]!]! ^
      t[512 + bytes[i + 5]!]! ^
      t[256 + bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!;
  }
  for (; i < end; i += 1) c = t[(c ^ bytes[i]!) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}

function makeTables(): Int32Array {
  const t = new Int32Array(8 * 256);
  for (let n = 0; n < 256; n += 1) {
    let c = n;
    for (let bit = 0; bit < 8; bit += 1) c = (c & 1) === 0 ? c >>> 1 : 0xedb88320 ^ (c >>> 1);
    t[n] = c;
  }
  for (let at = 256; at < t.length; at += 1) {
    const before = t[at - 256]!;
    t[at] = t[before & 255]! ^ (before >>> 8);
  }
  return t;
}

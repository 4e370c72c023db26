/**
 * CRC-32 of every entry that a zip's central directory declares, by name. Undefined where there is no
 * whole directory (PKWARE APPNOTE 6.3.10, sections 4.3.12 and 4.3.16; no zip64).
 */
export function declaredChecksums(bytes: Uint8Array): ReadonlyMap<string, number> | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOfDirectory(view);
  if (end === undefined) return undefined;
  const entries = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const checksums = new Map<string, number>();
  for (let entry = 0; entry < entries; entry += 1) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) return undefined;
    const [name, extra, comment] = [28, 30, 32].map((o) => view.getUint16(at + o, true)) as [
      number,
      number,
      number,
    ];
    const start = at + 46;
    if (start + name > end) return undefined;
    const text = new TextDecoder().decode(bytes.subarray(start, start + name));
    checksums.set(text, view.getUint32(at + 16, true));
    at = start + name + extra + comment;
  }
  return checksums;
}

/** The record at the end has 22 bytes and a comment of up to 64 KiB. */
function endOfDirectory(view: DataView): number | undefined {
  const last = view.byteLength - 22;
  for (let at = last; at >= 0 && at > last - 65_536; at -= 1) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  return undefined;
}

/** CRC-32 as zip and PNG have it (polynomial 0xEDB88320, bits reversed). */
export function crc32(bytes: Uint8Array): number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1)
      value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value;
  });
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i += 1) {
    crc = (table[(crc ^ (bytes[i] as number)) & 255] as number) ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

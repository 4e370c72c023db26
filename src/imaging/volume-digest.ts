/**
 * SHA-256 of the bytes as 64 lower-case hexadecimal digits.
 * Web Crypto gives it in workers, in pages served securely (https or localhost) and in Node.
 */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  // Web Crypto refuses shared memory, which a copy turns into memory of its own.
  const unshared = isUnshared(bytes) ? bytes : new Uint8Array(bytes);
  const digest = await crypto.subtle.digest('SHA-256', unshared);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** SHA-256 of a pair of files (.hdr and .img): of the header's bytes followed by the voxels'. */
export function pairSha256Hex(header: Uint8Array, voxels: Uint8Array): Promise<string> {
  const joined = new Uint8Array(header.length + voxels.length);
  joined.set(header);
  joined.set(voxels, header.length);
  return sha256Hex(joined);
}

function isUnshared(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer;
}

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

function isUnshared(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer;
}

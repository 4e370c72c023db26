import { expect, it } from 'vitest';
import { pairSha256Hex, sha256Hex } from '../../../src/imaging/volume-digest';

it('gives the digest of the standard’s example (FIPS 180-2, B.1)', async () => {
  expect(await sha256Hex(new TextEncoder().encode('abc'))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

it('digests only the bytes of a view, also in shared memory', async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(5));
  shared.set([0, 97, 98, 99, 0]);
  expect(await sha256Hex(shared.subarray(1, 4))).toBe(
    await sha256Hex(new TextEncoder().encode('abc')),
  );
});

it('digests a pair as its header followed by its voxels', async () => {
  const bytes = new TextEncoder().encode('abc');
  expect(await pairSha256Hex(bytes.subarray(0, 1), bytes.subarray(1))).toBe(await sha256Hex(bytes));
});

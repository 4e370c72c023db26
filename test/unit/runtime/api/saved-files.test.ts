import { gzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { bytesAsNamed } from '../../../../src/runtime/api/engine/saved-files';

test('a file holds what its name promises', () => {
  const plain = Uint8Array.of(1, 2, 3);
  const packed = gzipSync(plain);
  expect(bytesAsNamed('warped.nii', packed)).toEqual(plain);
  expect(bytesAsNamed('WARPED.NII', packed)).toEqual(plain);
  expect(bytesAsNamed('warped.nii.gz', packed)).toBe(packed);
  expect(bytesAsNamed('affine.txt', plain)).toBe(plain);
});

import { describe, expect, it } from 'vitest';
import { groupPairs, pairNameOf } from '../../../src/imaging/nifti/pair-names';

describe('the other half of an image pair', () => {
  it.each([
    ['A.hdr', 'header', ['A.img', 'A.img.gz']],
    ['A.img', 'voxels', ['A.hdr', 'A.hdr.gz']],
    ['A.hdr.gz', 'header', ['A.img.gz', 'A.img']],
    ['a.b.IMG', 'voxels', ['a.b.HDR', 'a.b.HDR.GZ']],
  ])('of %s', (name, part, partners) => {
    expect(pairNameOf(name)).toEqual({ part, partners });
  });

  it.each(['A.nii', 'A.nii.gz', 'hdr', 'A.hdr.nii', 'img.png'])('of %s does not exist', (name) => {
    expect(pairNameOf(name)).toBeUndefined();
  });

  it('is found among other files, whichever comes first', () => {
    const files = ['b.img.gz', 'a.nii', 'b.hdr', 'c.hdr'].map((name) => ({ name }));
    expect(groupPairs(files).map((group) => group.map((file) => file?.name))).toEqual([
      ['b.hdr', 'b.img.gz'],
      ['a.nii'],
      ['c.hdr'],
    ]);
  });
});

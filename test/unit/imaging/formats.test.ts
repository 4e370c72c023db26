import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readNifti, readNiftiPair } from '../../../src/imaging/nifti/read-nifti';
import { describeProblem } from '../../../src/imaging/problem-messages';
import { at, edited, smallNifti } from './nifti-bytes';

const refusal = (bytes: Uint8Array) => {
  const result = readNifti(bytes, 'scan.nii');
  return result.ok ? undefined : result.problem;
};

describe('readNifti names the format', () => {
  const start = (text: string) => {
    const bytes = new Uint8Array(400);
    bytes.set(new TextEncoder().encode(text));
    return bytes;
  };

  it.each([
    ['minc1', 'CDF\x01\0\0\0\0'],
    ['minc1', 'CDF\x02\0\0\0\0'],
    ['mif', 'mrtrix image\ndim: 64,64,40\n'],
  ])('%s', (found, text) => {
    for (const bytes of [start(text), gzipSync(start(text))]) {
      expect(refusal(bytes)).toMatchObject({ code: 'not-nifti', found });
    }
  });

  it('Analyze 7.5, which has no mark where NIfTI has one', () => {
    const unmarked = edited(smallNifti(), (view) => view.setInt32(at.magic, 0, true));
    expect(refusal(unmarked)).toEqual({ file: 'scan.nii', code: 'analyze' });
    const pair = readNiftiPair(unmarked.subarray(0, 348), smallNifti().subarray(352), 'scan.hdr');
    expect(pair.ok ? '' : describeProblem(pair.problem).message).toContain('Analyze 7.5');
  });
});

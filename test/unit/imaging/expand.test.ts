import { gzipSync } from 'fflate';
import { describe, expect, it, vi } from 'vitest';
import { readRange } from '../../../src/imaging/nifti/expand';
import { readNifti } from '../../../src/imaging/nifti/read-nifti';
import { runSteps } from '../../../src/imaging/steps';
import { edited, setDimensions, smallNifti } from './nifti-bytes';

const rangeOf = (file: Uint8Array, firstByte: number, byteCount: number, isLast = true) =>
  runSteps(readRange(file, firstByte, byteCount, { isLast }));

describe('readRange', () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 251);
  const zipped = gzipSync(bytes);

  it.each([
    [0, 10],
    [0, 100_000],
    [70_001, 20_000],
    [99_999, 1],
  ])('from %d on gives %d bytes, compressed or not', (first, count) => {
    for (const file of [bytes, zipped]) {
      expect(rangeOf(file, first, count)).toEqual({
        ok: true,
        bytes: bytes.subarray(first, first + count),
        reachedBytes: first + count,
      });
    }
  });

  it('says how far it came where the file ends early, within the range or before it', () => {
    for (const file of [bytes, zipped]) {
      expect(rangeOf(file, 99_000, 5000)).toMatchObject({ reachedBytes: 100_000 });
      const beyond = rangeOf(file, 150_000, 5);
      expect(beyond).toMatchObject({ reachedBytes: 100_000 });
      expect(beyond.ok && beyond.bytes.length).toBe(0);
      expect(beyond).not.toHaveProperty('fault');
    }
  });

  it('reads a late frame of a series without keeping what comes before', () => {
    const voxels = 256 * 256 * 16;
    const header = edited(smallNifti(), (view) => setDimensions(view, [4, 256, 256, 16, 30]));
    const series = new Uint8Array(352 + voxels * 2 * 30);
    series.set(header.subarray(0, 352));
    const last = new DataView(series.buffer, 352 + voxels * 2 * 29);
    for (let i = 0; i < voxels; i += 1) last.setInt16(2 * i, i % 1000, true);
    const zipped = gzipSync(series);
    const allocated: number[] = [];
    const watched = new Proxy(Uint8Array, {
      construct(target, [size, ...rest], self) {
        if (typeof size === 'number') allocated.push(size);
        return Reflect.construct(target, [size, ...rest], self);
      },
    });
    vi.stubGlobal('Uint8Array', watched);
    const result = readNifti(zipped, 'series.nii.gz', { frame: 29 });
    vi.unstubAllGlobals();
    expect(result.ok && result.image.values.subarray(0, 3)).toEqual(new Float32Array([0, 1, 2]));
    expect(result.ok && result.image.values.at(-1)).toBe((voxels - 1) % 1000);
    expect(Math.max(...allocated)).toBeLessThan(series.length / 1.5);
    expect(allocated).toContain(voxels * 2);
  });
});

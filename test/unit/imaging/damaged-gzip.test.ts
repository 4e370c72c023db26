import { gzipSync, crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../src/imaging/nifti/crc32';
import { readNifti, readNiftiPair } from '../../../src/imaging/nifti/read-nifti';
import { at, edited, setDimensions, smallNifti } from './nifti-bytes';

const outcome = (bytes: Uint8Array, frame?: number): string => {
  const read = readNifti(bytes, 'a.nii.gz', frame === undefined ? {} : { frame });
  return read.ok ? read.warnings.map(({ code }) => code).join() || 'read' : read.problem.code;
};
const joined = (...parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));

const file = smallNifti();
const zipped = Uint8Array.from(gzipSync(file));
const nothing = gzipSync(new Uint8Array(0));

describe('a damaged .nii.gz', () => {
  it('is refused whichever bit behind its header is flipped, or gives the same voxels', () => {
    const good = readNifti(file, 'a.nii');
    for (let bit = 80; bit < 8 * zipped.length; bit += 1) {
      const bytes = edited(zipped, (view) =>
        view.setUint8(bit >> 3, view.getUint8(bit >> 3) ^ (1 << (bit & 7))),
      );
      const read = readNifti(bytes, 'a.nii.gz');
      if (read.ok) expect(read.image.values, `bit ${bit}`).toEqual(good.ok && good.image.values);
    }
  });

  it('is told by its checksum and its length alone', () => {
    for (const back of [8, 5, 4, 1]) {
      const bytes = edited(zipped, (view) => {
        view.setUint8(zipped.length - back, view.getUint8(zipped.length - back) ^ 1);
      });
      expect(outcome(bytes)).toBe('checksum-differs');
    }
  });

  it('is refused where it ends within its checksum, though all voxels are there', () => {
    for (const missing of [1, 7, 8]) {
      expect(outcome(zipped.subarray(0, -missing))).toBe('cut-compression');
    }
  });

  it('is told member by member', () => {
    const first = Uint8Array.from(gzipSync(file.subarray(0, 400)));
    const second = gzipSync(file.subarray(400));
    expect(outcome(joined(first, second, nothing))).toBe('read');
    const spoilt = edited(first, (view) => view.setUint8(first.length - 8, 1 + first.at(-8)!));
    expect(outcome(joined(spoilt, second))).toBe('checksum-differs');
  });

  it('is told in the header and in the voxels of a pair', () => {
    const header = edited(file.slice(0, 348), (view) => {
      view.setUint8(at.magic + 1, 'i'.charCodeAt(0));
      view.setFloat32(at.voxOffset, 0, true);
    });
    const voxels = gzipSync(file.subarray(352));
    const pair = (first: Uint8Array, second: Uint8Array) => {
      const read = readNiftiPair(first, second, 'a.hdr');
      return read.ok ? 'read' : read.problem.code;
    };
    const spoil = (bytes: Uint8Array) =>
      edited(Uint8Array.from(bytes), (view) => view.setUint8(bytes.length - 8, 1 + bytes.at(-8)!));
    expect(pair(gzipSync(header), voxels)).toBe('read');
    expect(pair(spoil(gzipSync(header)), voxels)).toBe('checksum-differs');
    expect(pair(header, spoil(voxels))).toBe('checksum-differs');
  });

  it('is not looked for behind a frame of a series that others follow', () => {
    const series = edited(file, (view) => setDimensions(view, [4, 5, 4, 1, 3]));
    const cut = gzipSync(series).subarray(0, -8);
    expect(outcome(cut, 0)).toBe('read');
    expect(outcome(cut, 2)).toBe('cut-compression');
  });

  it('is not what a good file with bytes behind it is', () => {
    for (const filler of [0, 65]) {
      expect(outcome(joined(zipped, new Uint8Array(5000).fill(filler)))).toBe('read');
    }
  });

  it('is said to be unknown where the content does not come to an end', { timeout: 60_000 }, () => {
    const long = joined(file, new Uint8Array(2 ** 26 + 2 ** 19));
    expect(outcome(gzipSync(long, { level: 1 }))).toBe('checksum-not-reached');
    expect(outcome(gzipSync(joined(file, new Uint8Array(2 ** 20)), { level: 1 }))).toBe('read');
  });
});

describe('a hostile .nii.gz', { timeout: 60_000 }, () => {
  it('whose name never ends is refused at once', () => {
    const bytes = new Uint8Array(2 ** 25).fill(65);
    bytes.set([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]);
    expect(outcome(bytes)).toBe('hostile-compression');
    // A name of ordinary length is no reason.
    const named = joined(zipped.subarray(0, 3), Uint8Array.of(8), zipped.subarray(4, 10));
    expect(outcome(joined(named, new TextEncoder().encode('a.nii\0'), zipped.subarray(10)))).toBe(
      'read',
    );
  });

  it('of members that hold nothing is refused, a few of them are not', () => {
    const empty = (count: number) => joined(...Array.from({ length: count }, () => nothing));
    expect(outcome(joined(empty(1000), zipped))).toBe('read');
    expect(outcome(joined(empty(50_000), zipped))).toBe('hostile-compression');
  });
});

it('computes the CRC-32 that zlib computes, from any byte to any other', () => {
  if (zlibCrc32 === undefined) {
    // Node 20.15 has it; what it must be is known for one text anyway.
    expect(crc32(0, new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
    return;
  }
  for (let begin = 0; begin < 9; begin += 1) {
    const part = file.subarray(begin, 300 - begin);
    expect(crc32(0, file, begin, 300 - begin)).toBe(zlibCrc32(part));
    expect(crc32(crc32(0, file, begin, 100), file, 100, 300 - begin)).toBe(zlibCrc32(part));
  }
});

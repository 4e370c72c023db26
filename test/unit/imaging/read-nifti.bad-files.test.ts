import fc from 'fast-check';
import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { axisAlignedGrid } from '../../../src/imaging/grid';
import type { ImageProblem } from '../../../src/imaging/image-problem';
import {
  type NiftiImage,
  type NiftiOptions,
  readNifti,
  readNiftiPair,
  toImageVolume,
  toLabelVolume,
} from '../../../src/imaging/nifti/read-nifti';
import { writeNifti } from '../../../src/imaging/nifti/write-nifti';
import { at, edited, setDimensions, smallNifti } from './nifti-bytes';

const refusal = (bytes: Uint8Array, options?: NiftiOptions): ImageProblem | undefined => {
  const result = readNifti(bytes, 'scan.nii', options);
  return result.ok ? undefined : result.problem;
};

const warningCodes = (bytes: Uint8Array) => {
  const result = readNifti(bytes, 'scan.nii');
  return result.ok ? result.warnings.map((warning) => warning.code) : [result.problem.code];
};

const imageOf = (bytes: Uint8Array): NiftiImage => {
  const result = readNifti(bytes, 'scan.nii');
  if (!result.ok) throw new Error(result.problem.code);
  return result.image;
};

const spoil = (edit: (view: DataView) => void) => edited(smallNifti(), edit);

const setDims = (...dims: readonly number[]) => spoil((view) => setDimensions(view, dims));

describe('readNifti refuses, with the numbers it found', () => {
  it('reads the file that the cases below spoil', () => {
    expect(warningCodes(smallNifti())).toEqual([]);
  });

  it('a file cut short', () => {
    const bytes = smallNifti().subarray(0, 400);
    expect(refusal(bytes)).toEqual({
      file: 'scan.nii',
      code: 'truncated',
      expectedBytes: 352 + 120,
      foundBytes: 400,
    });
  });

  it('a header cut short', () => {
    expect(refusal(smallNifti().subarray(0, 200))).toMatchObject({
      code: 'truncated',
      expectedBytes: 348,
      foundBytes: 200,
    });
  });

  it('a gzip file cut short', () => {
    const bytes = gzipSync(smallNifti());
    expect(refusal(bytes.subarray(0, bytes.length - 40))?.code).toBe('truncated');
  });

  it('a gzip file whose data is damaged', () => {
    const noise = Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i * i));
    const grid = axisAlignedGrid([20, 20, 20], [1, 1, 1]);
    const bytes = writeNifti({ kind: 'image', grid, values: noise, storedType: 'float32' });
    // A block of the reserved type 3 cannot be valid, wherever the decompressor meets it.
    const damaged = edited(bytes, (view) => {
      for (let i = 10; i < 200; i += 1) view.setUint8(i, 0xff);
    });
    expect(refusal(damaged)?.code).toBe('damaged-compression');
  });

  it('dimensions whose product overflows, before allocating', () => {
    expect(refusal(setDims(3, 32767, 32767, 32767))).toMatchObject({
      code: 'too-large',
      voxels: 32767 ** 3,
    });
  });

  it.each([
    ['no dimension', [0, 5, 4, 3]],
    ['more dimensions than NIfTI has', [8, 5, 4, 3]],
    ['a negative count', [-3, 5, 4, 3]],
    ['an axis of no voxels', [3, 5, 0, 3]],
    ['a negative axis', [3, 5, -4, 3]],
  ])('%s', (_, dims) => {
    expect(refusal(setDims(...dims))?.code).toBe('bad-dimensions');
  });

  it('images without two axes', () => {
    expect(refusal(setDims(3, 1, 1, 1))?.code).toBe('too-small');
    expect(refusal(setDims(3, 60, 1, 1))?.code).toBe('too-small');
    expect(refusal(setDims(3, 1, 30, 2))).toBeUndefined();
  });

  it('a series, unless a frame is chosen', () => {
    const series = setDims(4, 5, 4, 1, 3);
    expect(refusal(series)).toMatchObject({ code: 'several-frames', frameCount: 3 });
    expect(refusal(series, { frame: 3 })).toMatchObject({ code: 'no-such-frame', frame: 3 });
    expect(refusal(series, { frame: 0.5 })?.code).toBe('no-such-frame');
    const result = readNifti(series, 'scan.nii', { frame: 2 });
    expect(result.ok && result.image.values[0]).toBe(40);
  });

  it('voxels that are not one number', () => {
    const withType = (code: number) => spoil((view) => view.setInt16(at.datatype, code, true));
    expect(refusal(withType(32))).toMatchObject({ typeName: 'complex (64 bits)' });
    expect(refusal(withType(777))).toMatchObject({
      code: 'unsupported-datatype',
      datatypeCode: 777,
      typeName: null,
    });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('an sform that holds %d', (entry) => {
    const bytes = spoil((view) => view.setFloat32(at.sform + 4, entry, true));
    expect(refusal(bytes)).toMatchObject({ code: 'bad-affine', source: 'sform' });
  });

  it('an sform whose axes lie in a plane', () => {
    const bytes = spoil((view) => {
      for (const row of [0, 1, 2]) {
        view.setFloat32(at.sform + row * 16 + 4, view.getFloat32(at.sform + row * 16, true), true);
      }
    });
    expect(refusal(bytes)?.code).toBe('bad-affine');
  });

  it('a quaternion that holds NaN', () => {
    const bytes = spoil((view) => {
      view.setInt16(at.sformCode, 0, true);
      view.setFloat32(at.quaternion, Number.NaN, true);
    });
    expect(refusal(bytes)).toMatchObject({ code: 'bad-affine', source: 'qform' });
  });

  it.each([0, -1, Number.NaN])('a spacing of %d where the spacing places the voxels', (spacing) => {
    const withCodes = (qformCode: number) =>
      spoil((view) => {
        view.setInt16(at.sformCode, 0, true);
        view.setInt16(at.qformCode, qformCode, true);
        view.setFloat32(at.pixdim + 8, spacing, true);
      });
    expect(refusal(withCodes(0))?.code).toBe('bad-spacing');
    expect(refusal(withCodes(1))?.code).toBe('bad-spacing');
  });

  it.each([-8, 100, Number.NaN, Number.POSITIVE_INFINITY])('a voxel offset of %d', (offset) => {
    const bytes = spoil((view) => view.setFloat32(at.voxOffset, offset, true));
    expect(refusal(bytes)?.code).toBe('bad-offset');
  });

  it('a voxel offset behind the end of the file', () => {
    const bytes = spoil((view) => view.setFloat32(at.voxOffset, 1e30, true));
    expect(['truncated', 'bad-offset']).toContain(refusal(bytes)?.code);
    const near = spoil((view) => view.setFloat32(at.voxOffset, 1e6, true));
    expect(refusal(near)?.code).toBe('truncated');
  });

  it('voxels that lie far behind the header', () => {
    const at16MiB = (more: number) =>
      refusal(spoil((view) => view.setFloat32(at.voxOffset, 2 ** 24 + more, true)));
    expect(at16MiB(0)).toMatchObject({ code: 'truncated', expectedBytes: 2 ** 24 + 120 });
    expect(at16MiB(16)).toMatchObject({
      code: 'bad-offset',
      offsetBytes: 2 ** 24 + 16,
      limitBytes: 2 ** 24,
    });
  });

  it('an unknown magic', () => {
    const bytes = spoil((view) => view.setUint8(at.magic, 0x78));
    expect(refusal(bytes)).toMatchObject({ code: 'bad-magic', magic: 'x+1\0' });
  });

  it('a file compressed twice', () => {
    expect(refusal(gzipSync(gzipSync(smallNifti())))?.code).toBe('compressed-twice');
  });

  it('a small file that expands to a gigabyte, without expanding it', () => {
    const zeros = gzipSync(new Uint8Array(2 ** 24));
    const bomb = new Uint8Array(zeros.length * 64);
    for (let copy = 0; copy < 64; copy += 1) bomb.set(zeros, copy * zeros.length);
    const started = performance.now();
    expect(refusal(bomb)?.code).toBe('not-nifti');
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('a compressed header that promises more than its file can hold', () => {
    const liar = gzipSync(setDims(3, 1000, 1000, 500));
    expect(refusal(liar)).toMatchObject({
      code: 'truncated',
      expectedBytes: 352 + 1e9,
      foundBytes: 472,
    });
  });

  it('anything at all, without throwing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(471), fc.nat(255)), { minLength: 1, maxLength: 30 }),
        fc.boolean(),
        (changes, isCompressed) => {
          const bytes = spoil((view) => {
            for (const [offset, byte] of changes) view.setUint8(offset, byte);
          });
          const file = isCompressed ? gzipSync(bytes) : bytes;
          const result = readNifti(file, 'scan.nii', { limits: { maxVoxels: 1e5 } });
          if (!result.ok) return;
          expect(result.image.values.every(Number.isFinite)).toBe(true);
          expect(result.image.grid.worldFromVoxel.every(Number.isFinite)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('readNifti reads by content', () => {
  it('a gzip file and a plain file under either name', () => {
    const plain = imageOf(smallNifti()).values;
    const zipped = readNifti(gzipSync(smallNifti()), 'scan.nii');
    expect(zipped.ok && zipped.image.values).toEqual(plain);
    const named = readNifti(smallNifti(), 'scan.nii.gz');
    expect(named.ok && named.image.values).toEqual(plain);
  });

  it('gzip members that follow each other as one file', () => {
    const bytes = smallNifti();
    const parts = [gzipSync(bytes.subarray(0, 380)), gzipSync(bytes.subarray(380))];
    const file = new Uint8Array(parts[0]!.length + parts[1]!.length);
    file.set(parts[0]!);
    file.set(parts[1]!, parts[0]!.length);
    expect(imageOf(file).values).toEqual(imageOf(bytes).values);
  });

  it('voxels that do not start on an aligned address', () => {
    const shifted = new Uint8Array(smallNifti().length + 1);
    shifted.set(smallNifti(), 1);
    expect(imageOf(shifted.subarray(1)).values).toEqual(imageOf(smallNifti()).values);
  });

  it('without changing the bytes it was given', () => {
    const bytes = Buffer.from(bigEndian(smallNifti()));
    const before = Buffer.from(bytes);
    expect(imageOf(bytes).values).toEqual(imageOf(smallNifti()).values);
    expect(bytes.equals(before)).toBe(true);
  });

  it('voxels of a pair that merely start like gzip', () => {
    const voxels = edited(smallNifti().subarray(352), (view) => view.setUint16(0, 0x1f8b));
    const pair = readNiftiPair(pairHeader(), voxels, 'scan.hdr');
    expect(pair.ok && pair.image.values[0]).toBe(-29921);
  });

  it('a header and its voxels as a pair, but neither alone', () => {
    const [header, voxels] = [pairHeader(), smallNifti().subarray(352)];
    const pair = readNiftiPair(header, gzipSync(voxels), 'scan.hdr');
    expect(pair.ok && pair.image.values).toEqual(imageOf(smallNifti()).values);
    expect(refusal(header)?.code).toBe('header-without-image');
    expect(refusal(voxels)?.code).toBe('not-nifti');
    const mismatch = readNiftiPair(smallNifti(), voxels, 'scan.hdr');
    expect(mismatch.ok ? '' : mismatch.problem.code).toBe('bad-magic');
    const short = readNiftiPair(header, voxels.subarray(1), 'scan.hdr');
    expect(short.ok ? '' : short.problem).toMatchObject({ expectedBytes: 120, foundBytes: 119 });
  });
});

describe('readNifti places and scales', () => {
  it('by the qform where there is no sform, and by the spacing where there is neither', () => {
    const bytes = spoil((view) => view.setFloat32(at.qoffset, 7, true));
    const withoutSform = edited(bytes, (view) => view.setInt16(at.sformCode, 0, true));
    const withNeither = edited(withoutSform, (view) => view.setInt16(at.qformCode, 0, true));
    expect(imageOf(bytes).grid.worldFromVoxel).toEqual([1, 0, 0, -4, 0, 2, 0, 5, 0, 0, 3, 6]);
    expect(warningCodes(bytes)).toEqual(['geometry-disagrees']);
    expect(imageOf(withoutSform).grid.worldFromVoxel).toEqual([1, 0, 0, 7, 0, 2, 0, 5, 0, 0, 3, 6]);
    expect(warningCodes(withoutSform)).toEqual([]);
    expect(imageOf(withNeither).grid.worldFromVoxel).toEqual([1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0]);
    expect(warningCodes(withNeither)).toEqual(['no-orientation']);
  });

  it('with metres and microns turned into millimetres', () => {
    const metres = spoil((view) => view.setUint8(at.units, 1));
    const microns = spoil((view) => view.setUint8(at.units, 3 + 8));
    expect(imageOf(metres).grid.worldFromVoxel[5]).toBe(2000);
    expect(imageOf(microns).grid.worldFromVoxel[3]).toBeCloseTo(-0.004, 12);
    expect(warningCodes(metres)).toEqual(['units-converted']);
    expect(warningCodes(spoil((view) => view.setUint8(at.units, 0)))).toEqual(['units-unstated']);
  });

  it('with 1 mm along the missing axis of a picture', () => {
    const bytes = edited(setDims(2, 5, 4, 1), (view) => {
      view.setFloat32(at.pixdim + 12, 0, true);
      for (const row of [0, 1, 2]) view.setFloat32(at.sform + row * 16 + 8, 0, true);
    });
    expect(imageOf(bytes).grid.sizeVoxels).toEqual([5, 4, 1]);
    expect(imageOf(bytes).grid.worldFromVoxel).toEqual([1, 0, 0, -4, 0, 2, 0, 5, 0, 0, 1, 6]);
    expect(warningCodes(bytes)).toContain('spacing-assumed');
  });

  it('with slope and intercept, unless the slope is 0 or not finite', () => {
    const scaled = (slope: number, intercept: number) =>
      spoil((view) => {
        view.setFloat32(at.slope, slope, true);
        view.setFloat32(at.intercept, intercept, true);
      });
    expect(imageOf(scaled(0.5, -10)).values[7]).toBe(-6.5);
    expect(imageOf(scaled(0, 3)).values[7]).toBe(7);
    expect(imageOf(scaled(Number.NaN, 0)).values[7]).toBe(7);
    expect(warningCodes(scaled(Number.NaN, 0))).toEqual(['scaling-ignored']);
  });

  it('with 0 for values that are not finite or exceed float32', () => {
    const bytes = edited(smallNifti('float64'), (view) => {
      view.setFloat64(352, Number.NaN, true);
      view.setFloat64(360, 1e300, true);
    });
    expect([...imageOf(bytes).values.subarray(0, 3)]).toEqual([0, 0, 2]);
    const result = readNifti(bytes, 'scan.nii');
    expect(result.ok && result.warnings).toEqual([
      { file: 'scan.nii', code: 'non-finite-voxels', count: 2 },
    ]);
  });
});

describe('volumes', () => {
  it('lists the labels that occur, without the background', () => {
    const bytes = edited(smallNifti('uint8'), (view) => {
      for (let i = 0; i < 60; i += 1) view.setUint8(352 + i, [0, 200, 3, 3, 17][i % 5]!);
    });
    const result = toLabelVolume(imageOf(bytes));
    expect(result.ok && result.volume.ids).toEqual([0n, 3n, 17n, 200n]);
    expect(result.ok && [...result.volume.values.subarray(0, 5)]).toEqual([0, 3, 1, 1, 2]);
    expect(result.ok && result.volume.storedType).toBe('uint8');
  });

  it.each([
    [0.5, 'fraction'],
    [2 ** 25, 'too-large'],
  ])('refuses %d as a label in float32', (value, reason) => {
    const bytes = edited(smallNifti('float32'), (view) => view.setFloat32(352 + 40, value, true));
    const result = toLabelVolume(imageOf(bytes));
    expect(result.ok ? '' : result.problem).toMatchObject({ code: 'not-labels', reason, value });
    expect(toImageVolume(imageOf(bytes)).values[10]).toBe(value);
  });
});

/** The header of the small file as the .hdr of a pair. */
function pairHeader(): Uint8Array {
  return spoil((view) => {
    view.setUint8(at.magic + 1, 'i'.charCodeAt(0));
    view.setFloat32(at.voxOffset, 0, true);
  }).subarray(0, 348);
}

/** The same file as a big-endian machine would write it, for int16 voxels. */
function bigEndian(file: Uint8Array): Uint8Array {
  const swapped = file.slice();
  const swap = (start: number, size: number, count: number) => {
    for (let i = 0; i < count; i += 1) {
      swapped.subarray(start + i * size, start + (i + 1) * size).reverse();
    }
  };
  swap(0, 4, 1);
  swap(at.dim, 2, 8);
  swap(56, 4, 3);
  swap(at.intent, 2, 4);
  swap(at.pixdim, 4, 11);
  swap(120, 2, 1);
  swap(124, 4, 4);
  swap(at.qformCode, 2, 2);
  swap(at.quaternion, 4, 18);
  swap(352, 2, (file.length - 352) / 2);
  return swapped;
}

import { describe, expect, it } from 'vitest';
import { axisAlignedGrid } from '../../../src/imaging/grid';
import { sharedLabels, typeForLabels } from '../../../src/imaging/label-ids';
import { readNifti, toLabelVolume } from '../../../src/imaging/nifti/read-nifti';
import { bytesPerScalar, datatypeCodes } from '../../../src/imaging/nifti/scalar-types';
import { writeNifti } from '../../../src/imaging/nifti/write-nifti';
import type { ScalarType } from '../../../src/imaging/volume';
import { at, edited, setDimensions, smallNifti } from './nifti-bytes';

/** A file of so many voxels, whose numbers are written one by one. */
function fileOf(
  type: ScalarType,
  count: number,
  write: (view: DataView, offset: number, voxel: number) => void,
  header: (view: DataView) => void = () => {},
): Uint8Array {
  const bytes = new Uint8Array(352 + count * bytesPerScalar[type]);
  bytes.set(smallNifti().subarray(0, 352));
  return edited(bytes, (view) => {
    const rows = count > 100 ? 6 : 2;
    setDimensions(view, [3, count / rows, rows, 1]);
    view.setInt16(at.datatype, datatypeCodes[type], true);
    header(view);
    for (let voxel = 0; voxel < count; voxel += 1) {
      write(view, 352 + voxel * bytesPerScalar[type], voxel);
    }
  });
}

function labelsIn(bytes: Uint8Array) {
  const read = readNifti(bytes, 'atlas.nii');
  if (!read.ok) throw new Error(read.problem.code);
  return toLabelVolume(read.image);
}

/** The label of each voxel; or why there are none. */
function found(bytes: Uint8Array) {
  const labels = labelsIn(bytes);
  if (!labels.ok) return labels.problem;
  const { values, ids } = labels.volume;
  return [...values].map((index) => ids[index]);
}

describe('labels are whatever the file holds', () => {
  it('in 32 bits, beyond what a float32 tells apart', () => {
    const numbers = [614454277, 614454278, 312782608, 16777217, 1002, 0];
    const bytes = fileOf('uint32', 6, (view, offset, i) =>
      view.setUint32(offset, numbers[i]!, true),
    );
    expect(found(bytes)).toEqual(numbers.map(BigInt));
  });

  it('in 64 bits, beyond what a float64 tells apart, negative ones too', () => {
    const numbers = [2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n, -1n, 0n];
    const bytes = fileOf('int64', 6, (view, offset, i) =>
      view.setBigInt64(offset, numbers[i]!, true),
    );
    expect(found(bytes)).toEqual(numbers);
    const largest = fileOf('uint64', 6, (view, offset, i) =>
      view.setBigUint64(offset, 2n ** 64n - 1n - BigInt(i % 2), true),
    );
    expect(found(largest)).toEqual([0, 1, 0, 1, 0, 1].map((i) => 2n ** 64n - 1n - BigInt(i)));
  });

  it('as whole numbers in float64, and in float32 as far as it tells them apart', () => {
    const wide = [614454277, 614454278, -5, 2 ** 53, 0, -0];
    const bytes = fileOf('float64', 6, (view, offset, i) =>
      view.setFloat64(offset, wide[i]!, true),
    );
    expect(found(bytes)).toEqual([614454277n, 614454278n, -5n, 2n ** 53n, 0n, 0n]);
    const narrow = fileOf('float32', 6, (view, offset, i) =>
      view.setFloat32(offset, i === 0 ? 614454277 : i, true),
    );
    expect(found(narrow)).toMatchObject({ code: 'not-labels', reason: 'too-large' });
  });

  it('in the real units of the header', () => {
    const scaled = (slope: number, intercept: number) =>
      fileOf(
        'int32',
        6,
        (view, offset, i) => view.setInt32(offset, i, true),
        (view) => {
          view.setFloat32(at.slope, slope, true);
          view.setFloat32(at.intercept, intercept, true);
        },
      );
    expect(found(scaled(2, 1000))).toEqual([1000n, 1002n, 1004n, 1006n, 1008n, 1010n]);
    expect(found(scaled(0.5, 0))).toMatchObject({ reason: 'fraction', value: 0.5 });
  });

  it('as background where they are not finite', () => {
    const bytes = fileOf('float64', 6, (view, offset, i) =>
      view.setFloat64(offset, i === 1 ? Number.NaN : 2 ** 40 + i, true),
    );
    const labels = labelsIn(bytes);
    expect(labels.ok && labels.warnings).toMatchObject([{ code: 'non-finite-voxels', count: 1 }]);
    const wanted = [0, 1, 2, 3, 4, 5].map((i) => (i === 1 ? 0n : 2n ** 40n + BigInt(i)));
    expect(found(bytes)).toEqual(wanted);
  });

  it.each(['int32', 'int64', 'float32'] as const)(
    'but not more than 65 536 of them in %s: that is an image',
    (type) => {
      const distinct = (count: number) =>
        fileOf(type, 2 ** 16 + 2, (view, offset, i) => {
          const value = Math.min(i, count - 1);
          if (type === 'int64') view.setBigInt64(offset, BigInt(value), true);
          else if (type === 'int32') view.setInt32(offset, value, true);
          else view.setFloat32(offset, value, true);
        });
      expect(found(distinct(2 ** 16 + 2))).toMatchObject({ code: 'too-many-labels', limit: 65536 });
      const most = labelsIn(distinct(2 ** 16 + 1));
      expect(most.ok && most.volume.ids.length).toBe(2 ** 16 + 1);
    },
  );

  it('refuses a long image within its first voxels', { timeout: 30_000 }, () => {
    const count = 2 ** 24 + 2;
    const bytes = fileOf('float32', 4, () => {});
    const long = new Uint8Array(352 + count * 4);
    long.set(edited(bytes.subarray(0, 352), (view) => setDimensions(view, [3, 4096, 4096, 1])));
    const numbers = new Float32Array(long.buffer, 352);
    for (let i = 0; i < count; i += 1) numbers[i] = i;
    const read = readNifti(long, 'image.nii');
    if (!read.ok) throw new Error(read.problem.code);
    const begun = performance.now();
    expect(toLabelVolume(read.image)).toMatchObject({ problem: { code: 'too-many-labels' } });
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});

describe('labels are written', () => {
  const grid = axisAlignedGrid([2, 2, 1], [1, 1, 1]);
  const values = Uint32Array.of(0, 1, 2, 1);

  it.each([
    [[0n, 1n, 255n], 'uint8', 'uint8'],
    [[0n, 1n, 255n], 'int64', 'int64'],
    [[0n, 1n, 256n], 'uint8', 'uint16'],
    [[0n, -1n, 70_000n], 'uint8', 'int32'],
    [[0n, 614454277n, 614454278n], 'float32', 'uint32'],
    [[0n, -1n, 2n ** 53n + 1n], 'uint16', 'int64'],
    [[0n, 1n, 2n ** 64n - 1n], 'int64', 'uint64'],
  ] as const)('%s, from %s, as %s', (ids, storedType, written) => {
    const bytes = writeNifti({ kind: 'labels', grid, values, ids, storedType });
    expect(found(bytes)).toEqual([...values].map((index) => ids[index]));
    const labels = labelsIn(bytes);
    expect(labels.ok && labels.volume.storedType).toBe(written);
  });

  it('in no type where none holds them all', () => {
    expect(typeForLabels([0n, -1n, 2n ** 63n], 'int64')).toBeUndefined();
  });
});

it('labels that two maps share have an index in either', () => {
  expect(sharedLabels([0n, -3n, 5n, 9n], [0n, 5n, 7n, 9n])).toEqual([
    { id: 5n, inFirst: 2, inSecond: 1 },
    { id: 9n, inFirst: 3, inSecond: 3 },
  ]);
});

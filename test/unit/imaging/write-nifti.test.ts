import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Matrix3x4, Vec3, WorldFromVoxel } from '../../../src/imaging/frames';
import { type Grid, voxelCount } from '../../../src/imaging/grid';
import { readDisplacementField, vectorIntent } from '../../../src/imaging/nifti/displacement-field';
import type { NiftiGeometry } from '../../../src/imaging/nifti/header';
import { type NiftiImage, readNifti } from '../../../src/imaging/nifti/read-nifti';
import { writeDisplacementField, writeNifti } from '../../../src/imaging/nifti/write-nifti';
import type { ScalarType } from '../../../src/imaging/volume';
import { at, edited, setDimensions, smallNifti } from './nifti-bytes';
import { hasSharedData, readShared } from './shared-data';

const scalarTypes: readonly ScalarType[] = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'uint64',
  'int64',
  'float32',
  'float64',
];

const within = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** Oblique, anisotropic, possibly left-handed grids with unequal sides, some of one slice. */
const grids: fc.Arbitrary<Grid> = fc
  .record({
    size: fc.tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 2, max: 5 }), fc.nat(3)),
    spacing: fc.tuple(within(0.1, 5), within(0.1, 5), within(0.1, 5)),
    angles: fc.tuple(within(-3.2, 3.2), within(-3.2, 3.2), within(-3.2, 3.2)),
    origin: fc.tuple(within(-200, 200), within(-200, 200), within(-200, 200)),
    isMirrored: fc.boolean(),
  })
  .map(({ size, spacing, angles, origin, isMirrored }) => {
    const [dx, dy, dz] = [spacing[0] * (isMirrored ? -1 : 1), spacing[1], spacing[2]];
    const [[a, b, c], [d, e, f], [g, h, i]] = rotation(angles);
    const matrix: Matrix3x4 = [
      a * dx,
      b * dy,
      c * dz,
      origin[0],
      d * dx,
      e * dy,
      f * dz,
      origin[1],
      g * dx,
      h * dy,
      i * dz,
      origin[2],
    ];
    const sizeVoxels: Vec3 = [size[0], size[1], size[2] + 1];
    return { sizeVoxels, worldFromVoxel: matrix as WorldFromVoxel };
  });

function rotation([x, y, z]: Vec3): readonly [Vec3, Vec3, Vec3] {
  const [cx, sx, cy, sy, cz, sz] = [x, y, z].flatMap((t) => [Math.cos(t), Math.sin(t)]) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return [
    [cy * cz, cz * sx * sy - cx * sz, cx * cz * sy + sx * sz],
    [cy * sz, cx * cz + sx * sy * sz, cx * sy * sz - cz * sx],
    [-sy, cy * sx, cx * cy],
  ];
}

const read = (bytes: Uint8Array): NiftiImage => {
  const result = readNifti(bytes, 'written.nii.gz');
  if (!result.ok) throw new Error(result.problem.code);
  expect(result.warnings).toEqual([]);
  return result.image;
};

const withoutSform = (bytes: Uint8Array) =>
  edited(bytes, (view) => view.setInt16(at.sformCode, 0, true));

function expectSamePlace(found: Grid, wanted: Grid, toleranceMm: number): void {
  expect(found.sizeVoxels).toEqual(wanted.sizeVoxels);
  found.worldFromVoxel.forEach((entry, i) => {
    expect(Math.abs(entry - wanted.worldFromVoxel[i]!)).toBeLessThanOrEqual(toleranceMm);
  });
}

describe('writeNifti', () => {
  it('is read back on the same grid with the same values, in every type', () => {
    fc.assert(
      fc.property(
        grids,
        fc.constantFrom(...scalarTypes),
        fc.boolean(),
        fc.nat(),
        (grid, type, gzip, seed) => {
          const isSigned = !type.startsWith('u');
          const isReal = type.startsWith('float');
          const values = Float32Array.from({ length: voxelCount(grid) }, (_, i) => {
            const value = ((seed + i * 37) % 128) - (isSigned ? 64 : 0);
            return isReal ? value / 3 : value;
          });
          const written = writeNifti(
            { kind: 'image', grid, values, storedType: type },
            { storedType: type, gzip },
          );
          const image = read(written);
          expect(image.storedType).toBe(type);
          expect(image.values).toEqual(values);
          // Half a float32 step at 200 mm.
          expectSamePlace(image.grid, grid, 1e-5);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('describes the same place in the qform as in the sform', () => {
    fc.assert(
      fc.property(grids, (grid) => {
        const values = new Float32Array(voxelCount(grid));
        const bytes = writeNifti(
          { kind: 'image', grid, values, storedType: 'uint8' },
          { storedType: 'uint8', gzip: false },
        );
        // A float32 quaternion near half a turn is good to about 3e-4 of a voxel edge (5 mm).
        expectSamePlace(read(withoutSform(bytes)).grid, grid, 4e-3);
      }),
      { numRuns: 200 },
    );
  });

  it('writes no qform for a sheared grid, which no qform can express', () => {
    const matrix: Matrix3x4 = [2, 0.5, 0, 1, 0, 2, 0, 2, 0, 0, 3, 3];
    const grid: Grid = { sizeVoxels: [4, 3, 2], worldFromVoxel: matrix as WorldFromVoxel };
    const values = new Float32Array(24);
    const result = readNifti(
      writeNifti({ kind: 'image', grid, values, storedType: 'float32' }),
      'sheared.nii',
    );
    expect(result.ok && result.image.geometry.qformCode).toBe(0);
    expect(result.ok && result.image.grid).toEqual(grid);
  });

  it('rounds to whole numbers and stays inside the range of the type', () => {
    const grid = read(smallNifti()).grid;
    const values = new Float32Array(60);
    values.set([-1e9, -0.4, 2.6, 127.5, 255.4, 1e30, Number.NaN]);
    const stored = (storedType: ScalarType) => [
      ...read(writeNifti({ kind: 'image', grid, values, storedType }, { storedType })).values.slice(
        0,
        7,
      ),
    ];
    expect(stored('uint8')).toEqual([0, 0, 3, 128, 255, 255, 0]);
    expect(stored('int8')).toEqual([-128, 0, 3, 127, 127, 127, 0]);
    expect(stored('uint64')).toEqual([0, 0, 3, 128, 255, 2 ** 64 - 2 ** 40, 0]);
    expect(stored('int64')).toEqual([-1e9, 0, 3, 128, 255, 2 ** 63 - 2 ** 39, 0]);
  });

  it('stores labels as they came and images as float32 unless told otherwise', () => {
    const { grid, values } = read(smallNifti());
    const ids = values.length > 0 ? Array.from(values, (_, index) => BigInt(index)) : [];
    const indices = Uint32Array.from(values);
    const labels = { kind: 'labels', grid, values: indices, storedType: 'uint16', ids } as const;
    expect(read(writeNifti(labels)).storedType).toBe('uint16');
    const image = { kind: 'image', grid, values, storedType: 'uint16' } as const;
    expect(read(writeNifti(image)).storedType).toBe('float32');
  });

  it('gives the same bytes for the same volume', () => {
    const { grid, values } = read(smallNifti());
    const image = { kind: 'image', grid, values, storedType: 'float32' } as const;
    expect(writeNifti(image)).toEqual(writeNifti(image));
  });

  it('refuses values that do not fill the grid', () => {
    const { grid } = read(smallNifti());
    const values = new Float32Array(59);
    const write = () => writeNifti({ kind: 'image', grid, values, storedType: 'float32' });
    expect(write).toThrow(RangeError);
  });

  it('uses NIfTI-2 where an axis is too long for NIfTI-1', () => {
    const matrix: Matrix3x4 = [0.1, 0, 0, 1, 0, 0.2, 0, 2, 0, 0, 3, 3];
    const grid: Grid = { sizeVoxels: [40000, 2, 1], worldFromVoxel: matrix as WorldFromVoxel };
    const values = Float32Array.from({ length: 80000 }, (_, i) => i);
    const image = read(writeNifti({ kind: 'image', grid, values, storedType: 'float32' }));
    expect(image.geometry.version).toBe(2);
    expect(image.grid).toEqual(grid);
    expect(image.values).toEqual(values);
  });
});

describe('a reference geometry', () => {
  const write = (image: NiftiImage) =>
    writeNifti(
      { kind: 'image', grid: image.grid, values: image.values, storedType: image.storedType },
      { geometry: image.geometry, gzip: false },
    );

  it('is put back exactly, whatever it says', () => {
    const codes = fc.constantFrom(0, 1, 2, 4);
    fc.assert(
      fc.property(codes, codes, fc.boolean(), grids, (qformCode, sformCode, isFlipped, grid) => {
        const values = new Float32Array(voxelCount(grid));
        const source = edited(
          writeNifti({ kind: 'image', grid, values, storedType: 'uint8' }, { gzip: false }),
          (view) => {
            view.setInt16(at.qformCode, qformCode, true);
            view.setInt16(at.sformCode, sformCode, true);
            view.setUint8(at.units, 10);
            view.setFloat32(at.qoffset, 17.25, true);
            if (isFlipped) view.setFloat32(at.pixdim, -1, true);
          },
        );
        const reference = readNifti(source, 'reference.nii');
        if (!reference.ok) throw new Error(reference.problem.code);
        const written = write(reference.image);
        // dim, pixdim, units and everything from qform_code to the end of the sform.
        for (const [start, end] of [
          [40, 56],
          [76, 108],
          [123, 124],
          [252, 328],
        ] as const) {
          expect(written.subarray(start, end)).toEqual(source.subarray(start, end));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('keeps a picture a picture and a series of one frame a series', () => {
    const dims = (bytes: Uint8Array) => [...new Int16Array(bytes.buffer, at.dim, 5)];
    const shaped = (...shape: readonly number[]) =>
      edited(smallNifti(), (view) => {
        setDimensions(view, shape);
      });
    expect(dims(write(read(shaped(2, 10, 6, 1))))).toEqual([2, 10, 6, 1, 1]);
    expect(dims(write(read(shaped(4, 5, 4, 3, 1))))).toEqual([4, 5, 4, 3, 1]);
  });

  it.skipIf(!hasSharedData)('of real files is put back exactly', () => {
    const files = [
      'odd-files/oblique-30.nii.gz',
      'odd-files/axes-PSL.nii.gz',
      'odd-files/qform-sform-conflict.nii.gz',
      'odd-files/avg152T1_LR_nifti2.nii.gz',
      'odd-files/anatomical.nii',
      'odd-files/little.nii.gz',
      'odd-files/CT_pitch.nii.gz',
      '2d-brain-slices/r16-r64/fixed.nii.gz',
    ];
    for (const file of files) {
      const first = readNifti(readShared(file), file);
      if (!first.ok) throw new Error(`${file}: ${first.problem.code}`);
      const second = readNifti(write(first.image), file);
      if (!second.ok) throw new Error(`${file}: ${second.problem.code}`);
      const geometry: NiftiGeometry = second.image.geometry;
      expect(geometry).toEqual(first.image.geometry);
      expect(second.image.grid).toEqual(first.image.grid);
      expect(second.warnings).toEqual(first.warnings);
    }
  });
});

describe('a displacement field', () => {
  it('is read back as it was, on any grid', () => {
    fc.assert(
      fc.property(grids, fc.boolean(), fc.nat(1000), (grid, gzip, seed) => {
        const component = (k: number) =>
          Float32Array.from({ length: voxelCount(grid) }, (_, i) => Math.sin(seed + 3 * i + k) + k);
        const componentsMm = [component(1), component(2), component(3)] as const;
        const bytes = writeDisplacementField({ grid, componentsMm }, { gzip });
        const result = readDisplacementField(bytes, '1Warp.nii.gz');
        if (!result.ok) throw new Error(result.problem.code);
        expect(result.field.componentsMm).toEqual(componentsMm);
        expectSamePlace(result.field.grid, grid, 1e-5);
      }),
      { numRuns: 100 },
    );
  });

  const { grid, geometry } = read(smallNifti());
  const constant = (x: number) => new Float32Array(60).fill(x);
  const componentsMm = [constant(1), constant(2), constant(3)] as const;
  const bytes = writeDisplacementField({ grid, componentsMm }, { geometry, gzip: false });

  it('is stored as ITK stores it: 5-D, intent 1007, float32, LPS', () => {
    expect([...new Int16Array(bytes.buffer, at.dim, 8)]).toEqual([5, 5, 4, 3, 1, 3, 1, 1]);
    expect(new Int16Array(bytes.buffer, at.intent, 3)).toEqual(Int16Array.of(vectorIntent, 16, 32));
    const stored = new Float32Array(bytes.buffer, 352);
    expect([stored[0], stored[60], stored[120]]).toEqual([-1, -2, 3]);
  });

  it('of intent 1006 holds RAS vectors', () => {
    const displacement = edited(bytes, (view) => view.setInt16(at.intent, 1006, true));
    const result = readDisplacementField(displacement, 'field.nii');
    expect(result.ok && result.field.componentsMm.map((values) => values[0])).toEqual([-1, -2, 3]);
  });

  it('of two components is accepted for one slice', () => {
    const flat = edited(bytes, (view) => {
      setDimensions(view, [5, 5, 4, 1, 1, 2]);
    });
    const result = readDisplacementField(flat, 'field.nii');
    expect(result.ok && result.field.componentsMm[2]).toEqual(new Float32Array(20));
    expect(result.ok && result.field.componentsMm[0][19]).toBe(1);
  });

  it('is not read from an image', () => {
    const field = readDisplacementField(smallNifti(), 'image.nii');
    expect(field.ok ? '' : field.problem.code).toBe('not-a-displacement-field');
    const short = readDisplacementField(bytes.subarray(0, bytes.length - 1), 'field.nii');
    expect(short.ok ? '' : short.problem.code).toBe('truncated');
  });
});

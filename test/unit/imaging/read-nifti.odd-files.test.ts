import { describe, expect, it } from 'vitest';
import { applyMatrix } from '../../../src/imaging/frames';
import type { ImageProblem } from '../../../src/imaging/image-problem';
import {
  type NiftiImage,
  type NiftiOptions,
  type NiftiResult,
  readNifti,
  readNiftiPair,
} from '../../../src/imaging/nifti/read-nifti';
import { describeProblem } from '../../../src/imaging/problem-messages';
import { firstDifference } from './sampling';
import { hasSharedData, readShared, readSharedText } from './shared-data';

interface Expectation {
  readonly expect: string;
  readonly nibabel:
    | string
    | {
        readonly shape: readonly number[];
        readonly affine?: readonly (readonly number[])[];
        readonly min?: number;
        readonly max?: number;
        readonly mean?: number;
      };
}

const refused: Readonly<Record<string, ImageProblem['code']>> = {
  'not-nifti.nii': 'not-nifti',
  'functional.nii': 'several-frames',
  'example_nifti2.nii.gz': 'several-frames',
  'nifti1.hdr': 'header-without-image',
  'row_major.dconn.nii': 'too-many-dimensions',
  'test.mgz': 'not-nifti',
  'empty.nii.gz': 'empty',
  'complex.nii.gz': 'unsupported-datatype',
  'lfs-pointer.nii.gz': 'not-nifti',
  'zero-pixdim.nii.gz': 'bad-spacing',
  'one-voxel.nii.gz': 'too-small',
  'truncated.nii.gz': 'truncated',
  'truncated.nii': 'truncated',
  'double-gzip.nii.gz': 'compressed-twice',
  'bad-magic.nii.gz': 'bad-magic',
  'huge-dims.nii.gz': 'too-large',
  'zero-dim.nii.gz': 'bad-dimensions',
  'dim0-nine.nii.gz': 'bad-dimensions',
  'unknown-datatype.nii.gz': 'unsupported-datatype',
  'html-error-page.nii.gz': 'not-nifti',
  'png-named-nii.nii': 'not-nifti',
};

const pairs: Readonly<Record<string, string>> = {
  'air.hdr.gz': 'air.img.gz',
  'ras.hdr': 'ras.img',
};

const warned: Readonly<Record<string, string>> = {
  'nan-inf.nii.gz': 'non-finite-voxels',
  'qform-sform-conflict.nii.gz': 'geometry-disagrees',
  'sheared-sform.nii.gz': 'sheared',
  'minimal.nii.gz': 'no-orientation',
  'standard.nii.gz': 'units-unstated',
};

const read = (name: string, options?: NiftiOptions): NiftiResult => {
  const bytes = readShared(`odd-files/${name}`);
  const image = pairs[name];
  if (image) return readNiftiPair(bytes, readShared(`odd-files/${image}`), name, options);
  return readNifti(bytes, name, options);
};

const readImage = (name: string, options?: NiftiOptions): NiftiImage => {
  const result = read(name, options);
  if (!result.ok) throw new Error(describeProblem(result.problem).message);
  return result.image;
};

describe.skipIf(!hasSharedData)('readNifti on odd files', () => {
  const manifest: Record<string, Expectation> = hasSharedData
    ? JSON.parse(readSharedText('odd-files/manifest.json'))
    : {};

  for (const [name, { expect: wanted, nibabel }] of Object.entries(manifest)) {
    if (Object.values(pairs).includes(name)) continue;
    if (name in refused) {
      it(`refuses ${name} as ${refused[name]}`, () => {
        const result = read(name);
        expect(result.ok ? 'read' : result.problem.code).toBe(refused[name]);
      });
      continue;
    }
    it(`reads ${name}`, () => {
      expect(wanted).toMatch(/^load/);
      if (typeof nibabel === 'string') {
        // nibabel goes by the file's name; the content is good.
        expect(name).toBe('plain-named-gz.nii.gz');
        expect(firstDifference(readImage(name).values, readImage('base-int16.nii.gz').values)).toBe(
          -1,
        );
        return;
      }
      const { grid, values, channels } = readImage(name);
      expect(grid.sizeVoxels).toEqual([...nibabel.shape, 1].slice(0, 3));
      const isColour = name === 'example_rgb.nii.gz';
      expect(channels).toBe(isColour ? 3 : (nibabel.shape[4] ?? 1));
      // Of colours the manifest has no statistics.
      if (isColour) return;
      // Without any orientation nibabel invents an origin and a left-right flip; NIfTI does not.
      if (nibabel.affine && name !== 'minimal.nii.gz') {
        nibabel.affine
          .slice(0, 3)
          .flat()
          .forEach((entry, i) => {
            expect(grid.worldFromVoxel[i]).toBeCloseTo(entry, 3);
          });
      }
      let [min, max, sum] = [Infinity, -Infinity, 0];
      for (const value of values) {
        min = Math.min(min, value);
        max = Math.max(max, value);
        sum += value;
      }
      const scale = Math.max(Math.abs(nibabel.min ?? 0), Math.abs(nibabel.max ?? 0));
      const isAllFinite = name !== 'nan-inf.nii.gz';
      expect(Math.abs(min - (isAllFinite ? nibabel.min! : 0))).toBeLessThanOrEqual(1e-6 * scale);
      expect(Math.abs(max - nibabel.max!)).toBeLessThanOrEqual(1e-6 * scale);
      expect(Math.abs(sum / values.length - nibabel.mean!)).toBeLessThanOrEqual(
        (isAllFinite ? 1e-5 : 1e-3) * scale,
      );
    });
  }

  it('lists no file that the manifest does not have', () => {
    const names = [...Object.keys(refused), ...Object.keys(warned), ...Object.keys(pairs)];
    expect(names.filter((name) => !(name in manifest))).toEqual([]);
  });

  it('names what it found in place of an image', () => {
    const kindOf = (name: string) => {
      const result = read(name);
      return !result.ok && result.problem.code === 'not-nifti' ? result.problem.found : undefined;
    };
    expect(kindOf('html-error-page.nii.gz')).toBe('html');
    expect(kindOf('lfs-pointer.nii.gz')).toBe('git-lfs-pointer');
    expect(kindOf('png-named-nii.nii')).toBe('png');
    expect(kindOf('test.mgz')).toBe('mgh');
    expect(kindOf('not-nifti.nii')).toBe('unknown');
  });

  for (const [name, code] of Object.entries(warned)) {
    it(`warns of ${code} in ${name}`, () => {
      const result = read(name);
      expect(result.ok && result.warnings.map((warning) => warning.code)).toContain(code);
    });
  }

  it('warns of nothing in an ordinary file', () => {
    const result = read('base-int16.nii.gz');
    expect(result.ok && result.warnings).toEqual([]);
  });

  it('gives equal values for equal images of either byte order', () => {
    expect(firstDifference(readImage('big.nii.gz').values, readImage('little.nii.gz').values)).toBe(
      -1,
    );
  });

  it('gives equal values whatever type they are stored in', () => {
    const { values } = readImage('base-int16.nii.gz');
    for (const type of ['int8', 'uint8', 'uint16', 'int32', 'float32', 'uint64']) {
      expect(firstDifference(readImage(`dtype-${type}.nii.gz`).values, values)).toBe(-1);
    }
    expect(firstDifference(readImage('nifti2-le.nii.gz').values, values)).toBe(-1);
    expect(firstDifference(readImage('vox-offset-1024.nii.gz').values, values)).toBe(-1);
  });

  it('places voxels alike in the world whatever the axis order', () => {
    const base = readImage('base-int16.nii.gz');
    for (const name of ['axes-PSL.nii.gz', 'axes-LPI.nii.gz']) {
      const { grid, values } = readImage(name);
      const [nx, ny, nz] = grid.sizeVoxels;
      const [bx, by] = base.grid.sizeVoxels;
      for (let voxel = 0; voxel < nx * ny * nz; voxel += 997) {
        const index = [
          voxel % nx,
          Math.floor(voxel / nx) % ny,
          Math.floor(voxel / nx / ny),
        ] as const;
        const world = applyMatrix(grid.worldFromVoxel, index);
        const [i, j, k] = world.map((mm, axis) => Math.round((mm + [78, 91, 91][axis]!) / 2.75));
        expect(values[voxel]).toBe(base.values[i! + bx * (j! + by * k!)]);
      }
    }
  });

  it('reads the chosen frame of a series', () => {
    const first = readImage('functional.nii', { frame: 0 });
    const last = readImage('functional.nii', { frame: 19 });
    expect(first.frameCount).toBe(20);
    expect(first.grid.sizeVoxels).toEqual([17, 21, 3]);
    expect(firstDifference(first.values, last.values)).not.toBe(-1);
    const result = read('functional.nii', { frame: 20 });
    expect(result.ok ? '' : result.problem.code).toBe('no-such-frame');
  });

  it('applies the limit that it is given', () => {
    const result = read('base-int16.nii.gz', { limits: { maxVoxels: 57 * 67 * 56 - 1 } });
    expect(result.ok ? '' : result.problem.code).toBe('too-large');
    expect(read('base-int16.nii.gz', { limits: { maxVoxels: 57 * 67 * 56 } }).ok).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { axisAlignedGrid, voxelCount } from '../../../src/imaging/grid';
import { geometryOf } from '../../../src/imaging/nifti/geometry';
import { type NiftiOptions, readNifti, toLabelVolume } from '../../../src/imaging/nifti/read-nifti';
import { writeImagePlanes, writeNifti } from '../../../src/imaging/nifti/write-nifti';
import { mostChannels } from '../../../src/imaging/volume';
import { at, edited, setDimensions } from './nifti-bytes';

const grid = axisAlignedGrid([5, 4, 3], [1, 2, 3], [-4, 5, 6]);
const voxels = voxelCount(grid);
/** No two numbers alike, none of them short in binary. */
const planes = [0, 1, 2].map((channel) =>
  Float32Array.from({ length: voxels }, (_, i) => Math.fround((i + 1) / 7 + 100 * channel)),
);
const vectors = writeImagePlanes({ grid, planes }, { gzip: false });
const dim = (bytes: Uint8Array) =>
  Array.from({ length: 8 }, (_, i) => new DataView(bytes.buffer).getInt16(at.dim + 2 * i, true));

function read(bytes: Uint8Array, options?: NiftiOptions) {
  const result = readNifti(bytes, 'image.nii', options);
  if (!result.ok) throw new Error(result.problem.code);
  return result.image;
}

function refusal(bytes: Uint8Array, options?: NiftiOptions) {
  const result = readNifti(bytes, 'image.nii', options);
  return result.ok ? 'read' : result.problem;
}

/** A file of `length` single bytes that count up, its header as `edit` has it. */
function bytesFile(length: number, edit: (view: DataView) => void): Uint8Array {
  const long = axisAlignedGrid([length, 2, 1], [1, 1, 1]);
  const values = Float32Array.from({ length: 2 * length }, (_, i) => i % 251);
  const image = { kind: 'image', grid: long, values, storedType: 'uint8' } as const;
  return edited(writeNifti(image, { storedType: 'uint8', gzip: false }), edit);
}

function colours(code: 128 | 2304, slope = 1): Uint8Array {
  const perVoxel = code === 128 ? 3 : 4;
  return bytesFile((voxels * perVoxel) / 2, (view) => {
    setDimensions(view, [3, 5, 4, 3]);
    view.setInt16(at.datatype, code, true);
    view.setFloat32(at.slope, slope, true);
  });
}

describe('an image of several channels', () => {
  it('is written as the standard has vectors, and read back bit for bit', () => {
    const view = new DataView(vectors.buffer);
    expect(dim(vectors)).toEqual([5, 5, 4, 3, 1, 3, 1, 1]);
    expect(view.getInt16(at.intent, true)).toBe(1007);
    expect(view.getInt16(at.datatype, true)).toBe(16);
    expect([view.getFloat32(at.slope, true), view.getFloat32(at.intercept, true)]).toEqual([1, 0]);
    // One channel after the other, as `data[..., 0, c]` of a reader that keeps to the standard.
    expect(view.getFloat32(352 + 4 * (2 * voxels + 7), true)).toBe(planes[2]![7]);
    const image = read(vectors);
    expect(image.channels).toBe(3);
    planes.forEach((plane, channel) => {
      expect(image.values.subarray(channel * voxels, (channel + 1) * voxels)).toEqual(plane);
    });
    expect(image.grid.sizeVoxels).toEqual(grid.sizeVoxels);
    const again = { ...image, kind: 'image' } as const;
    const { geometry } = image;
    expect(writeNifti(again, { geometry, gzip: false })).toEqual(vectors);
  });

  it('of one slice, or of NIfTI-2, keeps its channels', () => {
    const slice = axisAlignedGrid([6, 10, 1], [1, 1, 1]);
    for (const geometry of [
      { ...geometryOf(slice), dimensionCount: 2 },
      { ...geometryOf(slice), version: 2 as const },
    ]) {
      const image = read(writeImagePlanes({ grid: slice, planes }, { geometry }));
      expect([image.channels, image.values[voxels + 1]]).toEqual([3, planes[1]![1]]);
    }
  });

  it('of colours has red, green and blue, and opacity where there is one, unscaled', () => {
    for (const [code, channels] of [
      [128, 3],
      [2304, 4],
    ] as const) {
      const image = read(colours(code, 5));
      expect([image.channels, image.storedType]).toEqual([channels, 'uint8']);
      for (let channel = 0; channel < channels; channel += 1) {
        for (const voxel of [0, 1, voxels - 1]) {
          const value = image.values[channel * voxels + voxel];
          expect(value).toBe((voxel * channels + channel) % 251);
        }
      }
      // What is written on its grid is no colour any more, but numbers in full.
      const image5 = { ...image, kind: 'image' } as const;
      const written = writeNifti(image5, { geometry: image.geometry, gzip: false });
      expect(dim(written)).toEqual([5, 5, 4, 3, 1, channels, 1, 1]);
      expect(read(written).values).toEqual(image.values);
    }
  });

  it('of a series has its frames as channels, only where that is asked for', () => {
    const series = edited(vectors, (view) => {
      setDimensions(view, [4, 5, 4, 3, 3, 1]);
      view.setInt16(at.intent, 0, true);
      view.setFloat32(at.slope, Number.NaN, true);
    });
    expect(refusal(series)).toMatchObject({ code: 'several-frames', frameCount: 3 });
    expect([...read(series, { frame: 2 }).values]).toEqual([...planes[2]!]);
    const all = read(series, { framesAsChannels: true });
    expect([all.channels, all.frame, all.frameCount]).toEqual([3, 0, 1]);
    expect([...all.values.subarray(2 * voxels)]).toEqual([...planes[2]!]);
    expect(refusal(series, { framesAsChannels: true, frame: 1 })).toMatchObject({
      code: 'frame-and-channels',
    });
    const one = edited(series, (view) => setDimensions(view, [4, 5, 4, 9, 1]));
    expect(read(one, { framesAsChannels: true }).channels).toBe(1);
  });

  it('is refused before anything is allocated where it is too much, or not what it says', () => {
    const withDims = (...dimensions: number[]) =>
      edited(vectors, (view) => setDimensions(view, dimensions));
    expect(refusal(withDims(5, 5, 4, 3, 1, 65))).toMatchObject({
      code: 'too-many-channels',
      channels: 65,
      limit: mostChannels,
    });
    expect(refusal(withDims(5, 1500, 1500, 1500, 1, 60))).toMatchObject({
      code: 'too-large',
      voxels: 1500 ** 3 * 60,
    });
    expect(refusal(withDims(5, 300, 300, 300, 1, 60))).toMatchObject({ code: 'too-large' });
    expect(refusal(withDims(5, 5, 4, 3, 1, 4))).toMatchObject({ code: 'truncated' });
    expect(refusal(withDims(5, 5, 4, 3, 3, 3), { frame: 0 })).toMatchObject({
      code: 'too-many-dimensions',
    });
    expect(refusal(withDims(6, 5, 4, 3, 1, 1, 3))).toMatchObject({ code: 'too-many-dimensions' });
    expect(refusal(withDims(5, 5, 4, 3, 1, -3))).toMatchObject({ code: 'bad-dimensions' });
    const short = colours(128).subarray(0, -1);
    expect(refusal(short)).toMatchObject({ code: 'truncated' });
    const frames = edited(colours(128), (view) => setDimensions(view, [4, 5, 4, 1, 3]));
    expect(refusal(frames, { framesAsChannels: true })).toMatchObject({ code: 'coloured-frames' });
    expect(read(frames, { frame: 1 }).values[0]).toBe(60);
  });

  it('is not made of vectors that turn with the body', () => {
    for (const [intent, found] of [
      [1005, 'matrices'],
      [1006, 'displacements'],
      [1008, 'points'],
    ] as const) {
      const other = edited(vectors, (view) => view.setInt16(at.intent, intent, true));
      expect(refusal(other)).toMatchObject({ code: 'not-intensities', found });
    }
  });

  it('is no map of labels', () => {
    const result = toLabelVolume(read(colours(128)));
    expect(result.ok ? 'read' : result.problem.code).toBe('labels-of-channels');
  });

  it('has what is not finite set to 0 in every channel, and counted', () => {
    const bad = edited(vectors, (view) => {
      for (const channel of [0, 2]) {
        view.setFloat32(352 + 4 * channel * voxels, Number.NaN, true);
      }
    });
    const result = readNifti(bad, 'image.nii');
    expect(result.ok && result.warnings).toMatchObject([{ code: 'non-finite-voxels', count: 2 }]);
    expect(result.ok && [result.image.values[0], result.image.values[2 * voxels]]).toEqual([0, 0]);
  });
});

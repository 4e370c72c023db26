import { describe, expect, it } from 'vitest';
import { axisAlignedGrid } from '../../../../src/imaging/grid';
import { geometryOf } from '../../../../src/imaging/nifti/geometry';
import { writeNifti } from '../../../../src/imaging/nifti/write-nifti';
import type { ImageReader, ReadImageResult } from '../../../../src/imaging/readers/image-reader';
import { imageReaders, readImageFile } from '../../../../src/imaging/readers/index';
import { runSteps } from '../../../../src/imaging/steps';
import { imageVolumeOf } from '../../../../src/imaging/stored-image';

const grid = axisAlignedGrid([2, 2, 1], [1, 1, 1]);
const values = Float32Array.of(1, 2, 3, 4);
const nifti = writeNifti({ kind: 'image', grid, values, storedType: 'float32' });

/** A format of four bytes, whose reader comes when it is needed. */
const fourBytes: ImageReader = {
  format: 'four-bytes',
  recognises: ({ name, bytes }) => name.endsWith('.four') && bytes.length === 4,
  async read({ name, bytes }) {
    await Promise.resolve();
    const image = {
      name,
      grid,
      stored: {
        bytes,
        type: 'uint8',
        isLittleEndian: true,
        scaling: { slope: 1, intercept: 0 },
      },
      channels: 1,
      frame: 0,
      frameCount: 1,
      geometry: geometryOf(grid),
    } as const;
    return { ok: true, image, warnings: [] };
  },
};

function valuesOf(read: ReadImageResult): Float32Array | undefined {
  const made = read.ok ? runSteps(imageVolumeOf(read.image)) : undefined;
  return made?.ok ? made.volume.values : undefined;
}

describe('readImageFile', () => {
  it('reads a file with the reader that recognises it', async () => {
    const readers = [fourBytes, ...imageReaders];
    const four = await readImageFile(
      { name: 'a.four', bytes: Uint8Array.of(5, 6, 7, 8) },
      {},
      readers,
    );
    expect(valuesOf(four)).toEqual(Float32Array.of(5, 6, 7, 8));
    const other = await readImageFile({ name: 'a.nii.gz', bytes: nifti }, {}, readers);
    expect(valuesOf(other)).toEqual(values);
  });

  it('says of a file that nobody reads what it is', async () => {
    const png = Uint8Array.from('\x89PNG\r\n\x1a\n', (character) => character.charCodeAt(0));
    expect(await readImageFile({ name: 'a.png', bytes: png })).toMatchObject({
      ok: false,
      problem: { code: 'not-nifti', found: 'png' },
    });
  });
});

import { describe, expect, it } from 'vitest';
import { recogniseFile } from '../../../../src/imaging/nifti/file-kind';
import { gzipHere } from '../../../../src/imaging/nifti/write-nifti';
import {
  fileWriters,
  partsIn,
  savedAs,
  writeFile,
} from '../../../../src/runtime/api/engine/file-writers/index';
import { dataSamples } from './data-samples';

const nowhere = { geometry: undefined, gzip: gzipHere };

describe.each(fileWriters)('files of format $format', ({ format, of, endings }) => {
  it('are written of their kind, compressed where their names say so', async () => {
    const bytes = await writeFile(dataSamples[of], format, nowhere);
    expect(bytes?.length).toBeGreaterThan(0);
    const isCompressed = recogniseFile(bytes as Uint8Array) === 'gzip';
    expect(isCompressed).toBe(endings[0].endsWith('.gz'));
  });

  it('are not written of another kind', async () => {
    for (const sample of Object.values(dataSamples)) {
      if (sample.kind === of) continue;
      expect(await writeFile(sample, format, nowhere)).toBeUndefined();
    }
  });

  it('have a format of their own', () => {
    expect(fileWriters.filter((other) => other.format === format)).toHaveLength(1);
  });
});

describe('a transform', () => {
  const { displacementMm: _, ...bare } = dataSamples.transform;

  it('is saved as a set of files', () => {
    expect(savedAs('rigid-', 'itk-transform')).toEqual([
      { name: 'rigid-affine.txt', format: 'itk-affine' },
      { name: 'rigid-displacement.nii.gz', format: 'displacement' },
      { name: 'rigid-inverse-displacement.nii.gz', format: 'inverse-displacement' },
    ]);
    expect(savedAs('field.nii.gz', 'displacement')).toEqual([
      { name: 'field.nii.gz', format: 'displacement' },
    ]);
  });

  it('has the fields that it has', async () => {
    expect(partsIn(dataSamples.transform)).toEqual(['displacement', 'inverse-displacement']);
    expect(partsIn(bare)).toEqual(['inverse-displacement']);
    expect(partsIn(dataSamples.image)).toBeUndefined();
    expect(await writeFile(bare, 'displacement', nowhere)).toBeUndefined();
  });
});

import fc from 'fast-check';
import { axisAlignedGrid } from '../../src/imaging/grid';
import { labelIdsOf } from '../../src/imaging/label-ids';
import { readNifti, toLabelVolume } from '../../src/imaging/nifti/read-nifti';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import type { ScalarType } from '../../src/imaging/volume';
import { fuzzProperty } from './fuzz-property';

const ranges: readonly (readonly [ScalarType, bigint, bigint])[] = [
  ['uint8', 0n, 2n ** 8n - 1n],
  ['int16', -(2n ** 15n), 2n ** 15n - 1n],
  ['uint32', 0n, 2n ** 32n - 1n],
  ['int32', -(2n ** 31n), 2n ** 31n - 1n],
  ['uint64', 0n, 2n ** 64n - 1n],
  ['int64', -(2n ** 63n), 2n ** 63n - 1n],
];

const inputs = fc.constantFrom(...ranges).chain(([storedType, min, max]) =>
  fc.record({
    storedType: fc.constant(storedType),
    labels: fc.array(fc.bigInt({ min, max }), { minLength: 4, maxLength: 60 }),
  }),
);

/** Labels of any whole-number type are the same numbers, in the same type, after writing and reading. */
export const labelFiles = fuzzProperty('label files', inputs, ({ storedType, labels }) => {
  const ids = labelIdsOf(labels);
  const grid = axisAlignedGrid([labels.length, 2, 1], [1, 1, 1]);
  const values = Uint32Array.from([...labels, ...labels], (label) => ids.indexOf(label));
  const bytes = writeNifti({ kind: 'labels', grid, values, ids, storedType }, { gzip: false });
  const read = readNifti(bytes, 'a.nii');
  const found = read.ok ? toLabelVolume(read.image) : undefined;
  if (!found?.ok) throw new Error('Labels that were written are refused.');
  const { volume } = found;
  const numbers = [...volume.values].map((index) => volume.ids[index]);
  const isSame = numbers.every((number, i) => number === labels[i % labels.length]);
  if (!isSame) throw new Error(`Labels came back as ${numbers.join(', ')}.`);
  if (volume.storedType !== storedType) throw new Error(`The type became ${volume.storedType}.`);
});

import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { casesByName } from '../../../../src/imaging/cases/case-files';
import { casesOfTable } from '../../../../src/imaging/cases/case-table';
import { packCases } from '../../../../src/imaging/cases/pack-cases';
import { readPackedCases } from '../../../../src/imaging/cases/read-cases';
import { writeNifti } from '../../../../src/imaging/nifti/write-nifti';
import { headPhantom } from '../../../../src/imaging/phantoms/head';

const { image, labels } = headPhantom({ dimensions: 2, sizeVoxels: [24, 28, 1], seed: 1 } as never);
const files = {
  image: writeNifti(image, { gzip: true }),
  labels: writeNifti(labels, { gzip: true }),
};
const packed = (bytes: Uint8Array) => readPackedCases({ name: 'cases', bytes });

describe('cases by their names', () => {
  it('are sorted by numbers, with the labels of each, and those of one person together', () => {
    const found = casesByName([
      'sub-10/anat/sub-10_T1w.nii.gz',
      'sub-2/anat/sub-2_T1w.nii.gz',
      'derivatives/sub-10/anat/sub-10_space-orig_desc-aseg_dseg.nii.gz',
      'sub-2/anat/sub-2_T1w_dseg.nii.gz',
      'sub-2/anat/sub-2_desc-brain_mask.nii.gz',
      'sub-2/anat/sub-2_T1w.json',
      '.hidden.nii',
      'b.img',
      'b.hdr',
      'b-labels.nii',
    ]);
    expect(found).toEqual({
      ok: true,
      cases: [
        { image: ['b.hdr', 'b.img'], labels: ['b-labels.nii'] },
        {
          image: ['sub-2/anat/sub-2_T1w.nii.gz'],
          labels: ['sub-2/anat/sub-2_T1w_dseg.nii.gz'],
          group: 'sub-2',
        },
        {
          image: ['sub-10/anat/sub-10_T1w.nii.gz'],
          labels: ['derivatives/sub-10/anat/sub-10_space-orig_desc-aseg_dseg.nii.gz'],
          group: 'sub-10',
        },
      ],
    });
  });

  it.each([
    ['labels of nothing', ['a.nii', 'b_dseg.nii'], 'labels-without-image'],
    ['labels of two', ['sub-1_T1w.nii', 'sub-1_T2w.nii', 'sub-1_dseg.nii'], 'labels-without-image'],
    ['two maps of one', ['a.nii', 'a_seg.nii', 'a-labels.nii'], 'two-maps-of-labels'],
  ])('refuse %s', (_, names, code) => {
    expect(casesByName(names)).toMatchObject({ ok: false, problem: { code } });
  });
});

describe('cases by a table', () => {
  const names = ['x/a.nii', 'x/b.nii.gz', 'x/a-lab.nii', 'c.nii'];

  it('are in its order, for what it says, wherever they lie', () => {
    const text =
      '\ufeffimage;split;labels;group\n# a remark\r\n./c.nii;val;;2\n"b.nii.gz";test;;\nx/a.nii;;a-lab.nii;1\n';
    expect(casesOfTable('t.csv', text, names)).toEqual({
      ok: true,
      cases: [
        { image: ['c.nii'], split: 'validation', group: '2' },
        { image: ['x/b.nii.gz'], split: 'test' },
        { image: ['x/a.nii'], labels: ['x/a-lab.nii'], group: '1' },
      ],
    });
  });

  it.each([
    ['file,age\na.nii,3', { code: 'case-columns-missing', columns: 'file, age' }],
    ['image\na.nii\nd.nii', { code: 'case-file-missing', line: 3, name: 'd.nii' }],
    ['image,labels\na.nii,d.nii', { code: 'case-file-missing', line: 2, name: 'd.nii' }],
    ['image,split\na.nii,eval', { code: 'case-split-unknown', line: 2, found: 'eval' }],
    ['image\na.nii\nx/a.nii', { code: 'case-twice', line: 3, name: 'x/a.nii' }],
  ])('are refused: %j', (text, problem) => {
    expect(casesOfTable('t.csv', text, names)).toEqual({
      ok: false,
      problem: { file: 't.csv', ...problem },
    });
  });
});

describe('packed cases', () => {
  const signal = new AbortController().signal;

  it('are read one by one, whoever packed them and in which order', async () => {
    const one = { name: 'a.nii.gz', bytes: files.image };
    const two = { name: 'a_seg.nii.gz', bytes: files.labels };
    const bytes = packCases([two, one]);
    expect(packCases([one, two])).toEqual(bytes);
    const zipped = zipSync({ 'f/a.nii.gz': files.image, 'f/a_seg.nii.gz': files.labels });
    for (const pack of [bytes, zipped]) {
      const found = packed(pack);
      if (!found.ok) throw new Error(found.problem.code);
      expect(found.cases).toMatchObject([{ isLabelled: true }]);
      const read = await found.cases[0]!.read(signal);
      if (!read.ok) throw new Error(read.problem.code);
      expect(read.image.grid).toEqual(image.grid);
      expect([...read.labels!.values]).toEqual([...labels.values]);
    }
  });

  it('that are damaged, none, or no images are refused', async () => {
    const cut = packed(packCases([{ name: 'a.nii.gz', bytes: files.image.subarray(0, 90) }]));
    if (!cut.ok) throw new Error(cut.problem.code);
    expect(await cut.cases[0]!.read(signal)).toMatchObject({ ok: false });
    const whole = packCases([{ name: 'a.nii.gz', bytes: files.image }]);
    expect(packed(whole.subarray(0, 40))).toMatchObject({ problem: { code: 'damaged-cases' } });
    expect(packed(files.image)).toMatchObject({ problem: { code: 'not-cases' } });
    expect(packed(packCases([]))).toMatchObject({ problem: { code: 'no-cases' } });
    const tables = ['a.csv', 'b.tsv'].map((name) => ({ name, bytes: new Uint8Array(3) }));
    expect(packed(packCases(tables))).toMatchObject({ problem: { code: 'two-tables' } });
  });
});

import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { packInput } from '../../../src/cli/pack-input';
import { createTestHost } from './test-host';

const { files } = createTestHost({
  disk: {
    'data/b.nii': 'b',
    'data/a.hdr': 'header',
    'data/a.img': 'voxels',
    'data/sub/a-labels.nii': 'labels',
    'data/readme.txt': 'text',
    'data/.cache/c.nii': 'hidden',
    'data/list.csv': 'image,labels\na.img,sub/a-labels.nii\nnone.nii,\n',
  },
});

async function packed(path: string) {
  const found = await packInput(path, files);
  if (!found.ok) throw new Error(found.path);
  return { ...found, names: Object.keys(unzipSync(found.bytes)) };
}

describe('what a loader of cases is given', () => {
  it('is the images and tables of a folder', async () => {
    const { names, paths } = await packed('data');
    expect(names).toEqual(['a.hdr', 'a.img', 'b.nii', 'list.csv', 'sub/a-labels.nii']);
    expect(paths).toContain('data/sub/a-labels.nii');
  });

  it('is a table with what it names, pairs whole', async () => {
    const { names } = await packed('data/list.csv');
    expect(names).toEqual(['a.hdr', 'a.img', 'list.csv', 'sub/a-labels.nii']);
  });

  it('is any other file as it is', async () => {
    const bytes = new TextEncoder().encode('b');
    expect(await packInput('data/b.nii', files)).toMatchObject({ ok: true, bytes });
    expect(await packInput('nowhere', files)).toMatchObject({ ok: false, path: 'nowhere' });
  });
});

import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { filesFor } from '../../../src/editor/files/chosen-files';
import { nodeRegistry } from '../../../src/nodes/index';

const file = (path: string) => {
  const [name = ''] = path.split('/').slice(-1);
  const webkitRelativePath = path.includes('/') ? path : '';
  return Object.assign(new File([path], name), { webkitRelativePath });
};

const chosenFor = (type: string, paths: readonly string[]) =>
  filesFor(nodeRegistry.get(type), paths.map(file));

async function namesIn(files: Awaited<ReturnType<typeof chosenFor>>) {
  const bytes = new Uint8Array(await files![0].arrayBuffer());
  return Object.keys(unzipSync(bytes));
}

test('a loader of one image takes the first of several files, with the other half of a pair', async () => {
  const [header, voxels] = (await chosenFor('load.image', ['a.img', 'a.hdr', 'b.nii']))!;
  expect([header.name, voxels?.name]).toEqual(['a.hdr', 'a.img']);
  expect(await chosenFor('load.image', [])).toBeUndefined();
});

test('a loader of cases takes all of them as one', async () => {
  const several = await chosenFor('load.cases', ['b.nii', 'a.nii.gz', 'cases.csv']);
  expect(several?.map((one) => one?.name)).toEqual(['3 files']);
  expect(await namesIn(several)).toEqual(['a.nii.gz', 'b.nii', 'cases.csv']);
  const folder = ['mine/b.nii', 'mine/sub/a.nii', 'mine/notes.txt', 'mine/.cache/c.nii'];
  const chosen = await chosenFor('load.cases', folder);
  expect(chosen?.[0].name).toBe('mine');
  expect(await namesIn(chosen)).toEqual(['b.nii', 'sub/a.nii']);
  // Another program's zip is one already.
  expect((await chosenFor('load.cases', ['mine.zip']))?.[0].name).toBe('mine.zip');
});

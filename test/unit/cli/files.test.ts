import { execFileSync } from 'node:child_process';
import * as now from 'node:fs';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureReason } from '../../../src/cli/failure-reason';
import { filesOf } from '../../../src/cli/files';

const processes = { pid: 7, hostName: 'here', birthOf: () => '' };
const parts = {
  fs,
  now,
  paths: path,
  processes,
  temporary: new Set<string>(),
  waiting: new Set<string>(),
};
const files = filesOf(parts);
const bytes = new Uint8Array([1, 2, 3]);
let folder: string;

beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), 'weft-'));
});
afterEach(() => fs.rm(folder, { recursive: true }));

describe('a folder for results', () => {
  it('is made with its parents, and may be there already', async () => {
    const deep = path.join(folder, 'a', 'b');
    await files.makeFolder(deep);
    await files.makeFolder(deep);
    expect(await fs.readdir(path.join(folder, 'a'))).toEqual(['b']);
  });

  it('is refused where a file has its name, or that of a parent', async () => {
    const file = path.join(folder, 'file');
    await fs.writeFile(file, bytes);
    await expect(files.makeFolder(file)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(files.makeFolder(path.join(file, 'sub'))).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
  });

  it.runIf(process.platform === 'linux')('is refused at once where none can be made', async () => {
    await expect(files.makeFolder('/proc/weft/out')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe.runIf(process.platform === 'linux')('what does not say how much it holds', () => {
  it('is read to its end', async () => {
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const text = new Uint8Array(200_000).fill(7);
    const [read] = await Promise.all([files.read(pipe), fs.writeFile(pipe, text)]);
    // One number after the other, the comparison takes longer than the reading.
    expect(Buffer.compare(read, text)).toBe(0);
  });

  it('is given up where it goes on for ever', async () => {
    const limited = filesOf({ ...parts, limitBytes: 2 ** 22 });
    const error = await limited.read('/dev/zero').catch((reason: unknown) => reason);
    expect(failureReason(error)).toBe('it is larger than 2 GiB');
  });

  it('of a folder starts are read, of its files alone', async () => {
    const scan = path.join(folder, 'scan');
    await fs.mkdir(path.join(scan, 'inner'), { recursive: true });
    await fs.writeFile(path.join(scan, 'a'), new Uint8Array(1000).fill(1));
    await fs.writeFile(path.join(scan, 'b'), new Uint8Array(10).fill(2));
    execFileSync('mkfifo', [path.join(scan, 'pipe')]);
    const lengths = (await files.startsIn(scan)).map(({ length }) => length);
    expect(lengths.sort()).toEqual([10, 256]);
    expect(await files.startsIn(path.join(scan, 'a'))).toEqual([]);
  });

  it('of a folder all files are listed, also of those in it, but of hidden ones', async () => {
    const tree = path.join(folder, 'tree');
    for (const name of ['b.nii', 'sub/a.nii', 'sub/inner/c.nii', '.hidden/d.nii']) {
      await fs.mkdir(path.dirname(path.join(tree, name)), { recursive: true });
      await fs.writeFile(path.join(tree, name), bytes);
    }
    const found = await files.list(tree, 10);
    expect(found?.filter((name) => name.endsWith('.nii'))).toEqual([
      'b.nii',
      'sub/a.nii',
      'sub/inner/c.nii',
    ]);
    expect(await files.list(path.join(tree, 'b.nii'), 10)).toBeUndefined();
    await expect(files.list(tree, 2)).rejects.toThrow(/more than 2 files/);
  });

  it('is a folder, or nothing, as it was before', async () => {
    await expect(files.read(folder)).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(files.read(path.join(folder, 'no'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

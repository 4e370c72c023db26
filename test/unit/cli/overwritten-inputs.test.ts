import * as now from 'node:fs';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/command-line';
import { filesOf } from '../../../src/cli/files';
import { writeNifti } from '../../../src/imaging/nifti/write-nifti';
import { headPhantom } from '../../../src/imaging/phantoms/head';
import { at, edited, smallNifti } from '../imaging/nifti-bytes';
import { createTestHost, engineWith } from './test-host';

const recipe = path.resolve('pipelines/brain-2d-greedy.json');
const head = (subject: number) =>
  headPhantom({ dimensions: 2, sizeVoxels: [24, 28, 1], seed: 3, subject, contrast: 't1' });
const [fixed, moving] = [head(1), head(2)];
const processes = { pid: 7, hostName: 'here', birthOf: () => '' };
let folder: string;
const inFolder = (...names: readonly string[]): string => path.join(folder, ...names);

beforeEach(() => {
  folder = now.mkdtempSync(path.join(tmpdir(), 'weft-overwrite-'));
  now.mkdirSync(inFolder('out'));
  now.writeFileSync(inFolder('fixed.nii.gz'), writeNifti(fixed.image));
  now.writeFileSync(inFolder('moving.nii.gz'), writeNifti(moving.image));
  now.writeFileSync(inFolder('moving-labels.nii.gz'), writeNifti(moving.labels));
  now.writeFileSync(inFolder('fixed-labels.nii.gz'), writeNifti(fixed.labels));
});
afterEach(() => now.rmSync(folder, { recursive: true }));

/** Runs on the disk, without a run: what is refused must be refused before one. */
async function weft(...args: readonly string[]) {
  const host = createTestHost();
  const engine = await host.openEngine({ device: 'cpu', threads: 1 });
  let runs = 0;
  const watched = engineWith(engine, {
    run: () => {
      runs += 1;
      return Promise.reject(new Error('A run had begun.'));
    },
  });
  const parts = {
    fs,
    now,
    paths: path,
    processes,
    temporary: new Set<string>(),
    waiting: new Set<string>(),
  };
  const status = await runCommandLine(args, {
    ...host,
    files: filesOf(parts),
    openEngine: async () => watched,
  });
  return { status, runs, error: host.printed().error };
}

const inputs = (given: Readonly<Record<string, string>>): string[] =>
  Object.entries(given).flatMap(([nodeId, file]) => ['--input', `${nodeId}=${inFolder(file)}`]);

describe('a run that would replace what it reads', { timeout: 60_000 }, () => {
  it.each([
    ['lies under the name of a result', () => now.renameSync(inFolder('moving.nii.gz'), warped())],
    ['is linked there', () => now.symlinkSync(inFolder('moving.nii.gz'), warped())],
    ['has that as a second name', () => now.linkSync(inFolder('moving.nii.gz'), warped())],
  ])('is refused before it begins where the input %s', async (_, arrange) => {
    arrange();
    const file = now.existsSync(inFolder('moving.nii.gz')) ? 'moving.nii.gz' : 'out/warped.nii.gz';
    const before = now.readFileSync(inFolder(file));
    const { status, runs, error } = await weft(
      ...[
        'run',
        recipe,
        '--out',
        inFolder('out'),
        ...inputs({ fixed: 'fixed.nii.gz', moving: file }),
      ],
    );
    expect([status, runs]).toEqual([1, 0]);
    expect(error).toContain('error [output] save-image.image: The result would be written to');
    expect(error).toContain('which is the input of "moving"');
    expect(error).toMatch(/→ Give another folder with --out, or another name/);
    expect(now.readFileSync(inFolder(file))).toEqual(before);
    expect(now.readdirSync(inFolder('out'))).toEqual(['warped.nii.gz']);
  });

  it('sees through a link to the folder', async () => {
    now.renameSync(inFolder('moving.nii.gz'), warped());
    now.symlinkSync(inFolder('out'), inFolder('again'));
    const given = inputs({ fixed: 'fixed.nii.gz', moving: 'out/warped.nii.gz' });
    const { status, runs } = await weft('run', recipe, '--out', inFolder('again'), ...given);
    expect([status, runs]).toEqual([1, 0]);
  });

  it('is refused for labels, and for each file', async () => {
    now.renameSync(inFolder('moving.nii.gz'), warped());
    now.renameSync(inFolder('moving-labels.nii.gz'), inFolder('out', 'warped-labels.nii.gz'));
    const { status, runs, error } = await weft(
      ...['run', recipe, '--out', inFolder('out')],
      ...inputs({
        fixed: 'fixed.nii.gz',
        moving: 'out/warped.nii.gz',
        'fixed-labels': 'fixed-labels.nii.gz',
        'moving-labels': 'out/warped-labels.nii.gz',
      }),
    );
    expect([status, runs]).toEqual([1, 0]);
    expect(error.match(/error \[output\]/g)).toHaveLength(2);
    expect(error).toContain('which is the input of "moving-labels"');
  });

  it('is refused for the voxels of a pair whose header is elsewhere', async () => {
    const single = smallNifti();
    const header = edited(single.slice(0, 348), (view) => {
      view.setUint8(at.magic + 1, 'i'.charCodeAt(0));
      view.setFloat32(at.voxOffset, 0, true);
    });
    now.writeFileSync(inFolder('out', 'pair.hdr'), header);
    now.linkSync(writtenTo(single.slice(352)), warped());
    const { status, runs, error } = await weft(
      ...['run', recipe, '--out', inFolder('out')],
      ...inputs({ fixed: 'fixed.nii.gz', moving: 'out/pair.hdr' }),
    );
    expect([status, runs]).toEqual([1, 0]);
    expect(error).toContain('which is the input of "moving"');
  });

  it.each(['metrics.json', 'manifest.json'])('is refused for its recipe, %s', async (name) => {
    now.copyFileSync(recipe, inFolder('out', name));
    const args = ['run', inFolder('out', name), '--out', inFolder('out')];
    const { status, runs, error } = await weft(...args);
    expect([status, runs]).toEqual([1, 0]);
    expect(error).toContain('which is the recipe itself');
  });

  it('is refused where nothing is saved by name', async () => {
    const text = JSON.parse(now.readFileSync(recipe, 'utf8'));
    for (const id of Object.keys(text.nodes)) if (id.startsWith('save')) delete text.nodes[id];
    text.edges = text.edges.filter(({ to }: { to: string }) => !to.startsWith('save'));
    delete text.layout;
    now.writeFileSync(inFolder('bare.json'), JSON.stringify(text));
    now.renameSync(inFolder('moving.nii.gz'), warped());
    const { runs, error } = await weft(
      ...['run', inFolder('bare.json'), '--out', inFolder('out')],
      ...inputs({ fixed: 'fixed.nii.gz', moving: 'out/warped.nii.gz' }),
    );
    expect(runs).toBe(0);
    expect(error).toContain('error [output] greedy.warped: The result would be written to');
  });

  it('begins where a file of the same kind lies there that it does not read', async () => {
    now.copyFileSync(inFolder('moving.nii.gz'), warped());
    const given = inputs({ fixed: 'fixed.nii.gz', moving: 'moving.nii.gz' });
    expect((await weft('run', recipe, '--out', inFolder('out'), ...given)).runs).toBe(1);
  });
});

const warped = (): string => inFolder('out', 'warped.nii.gz');

/** The voxels of the pair in `out`, whose path is returned. */
function writtenTo(voxels: Uint8Array): string {
  now.writeFileSync(inFolder('out', 'pair.img'), voxels);
  return inFolder('out', 'pair.img');
}

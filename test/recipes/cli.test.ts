import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorldFromVoxel } from '../../src/imaging/frames';
import { type NiftiImage, readNifti } from '../../src/imaging/nifti/read-nifti';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { headPhantom } from '../../src/imaging/phantoms/head';
import type { Volume } from '../../src/imaging/volume';
import { buildCommandLine } from '../support/build-command-line';
import { needsSharedData, sharedDataPath } from '../support/shared-data';
import { itkAffine, itkDisplacement, resample } from './itk-resample';

// These tests run the built program as a person does: what a bundler breaks is found only here.

const program = resolve('bin/weft.js');
const greedy = resolve('pipelines/brain-t1-greedy.json');
const slices = resolve('pipelines/brain-2d-greedy.json');
const briefly = [
  ...['--set', 'rigid-levels.iterations=[20]', '--set', 'affine-levels.iterations=[10,5]'],
  ...['--set', 'field-levels.iterations=[10,5,3]'],
];

let folder: string;

function weft(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 240_000,
    maxBuffer: 2 ** 28,
  });
  return { status, stdout, stderr };
}

/** The same voxels, stored from the other side along x: the header says so, the head stays put. */
function mirroredStorage(volume: Volume): Volume {
  const [nx] = volume.grid.sizeVoxels;
  const m = volume.grid.worldFromVoxel;
  const worldFromVoxel = [0, 4, 8].flatMap((row) => [
    -m[row]!,
    m[row + 1]!,
    m[row + 2]!,
    m[row + 3]! + m[row]! * (nx - 1),
  ]);
  const values = volume.values.map((_, i) => volume.values[i - (i % nx) + nx - 1 - (i % nx)]!);
  const grid = { ...volume.grid, worldFromVoxel: worldFromVoxel as unknown as WorldFromVoxel };
  return Object.assign({ ...volume, grid }, { values });
}

/** The head turned by 10° about the vertical axis and shifted: an oblique grid. */
function turned(volume: Volume): Volume {
  const m = volume.grid.worldFromVoxel;
  const [c, s] = [Math.cos(0.175), Math.sin(0.175)];
  const x = [0, 1, 2, 3].map((i) => c * m[i]! - s * m[4 + i]! + (i === 3 ? 9 : 0));
  const y = [0, 1, 2, 3].map((i) => s * m[i]! + c * m[4 + i]! - (i === 3 ? 6 : 0));
  const worldFromVoxel = [...x, ...y, ...m.slice(8)] as unknown as WorldFromVoxel;
  return { ...volume, grid: { ...volume.grid, worldFromVoxel } };
}

beforeAll(() => {
  buildCommandLine();
  folder = mkdtempSync(join(tmpdir(), 'weft-cli-'));
  const head = (subject: number) =>
    headPhantom({ dimensions: 3, spacingMm: [4, 4.5, 5], subject, seed: 3, contrast: 't1' });
  const [fixed, moving] = [head(1), head(2)];
  const save = (name: string, volume: Volume) =>
    writeFileSync(join(folder, name), writeNifti(volume));
  save('fixed.nii.gz', mirroredStorage(fixed.image));
  save('fixed-labels.nii.gz', mirroredStorage(fixed.labels));
  save('moving.nii.gz', turned(moving.image));
  save('moving-labels.nii.gz', turned(moving.labels));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function imageAt(path: string): NiftiImage {
  const read = readNifti(readFileSync(path), path);
  if (!read.ok) throw new Error(`${path}: ${read.problem.code}`);
  return read.image;
}

/** Sizes, voxel sizes and both orientations, as they stand in the header. */
function geometryBytes(path: string): readonly Buffer[] {
  const header = gunzipSync(readFileSync(path)).subarray(0, 348);
  return [
    [42, 48],
    [76, 92],
    [123, 124],
    [252, 328],
  ].map(([from, to]) => header.subarray(from, to));
}

/** What another program makes of the files in `out` is what we wrote as the warped image. */
function expectItkToAgree(out: string, fixedPath: string, movingPath: string): void {
  const [fixed, moving] = [imageAt(fixedPath), imageAt(movingPath)];
  const warped = imageAt(join(out, 'warped.nii.gz'));
  expect(geometryBytes(join(out, 'warped.nii.gz'))).toEqual(geometryBytes(fixedPath));
  const affine = itkAffine(readFileSync(join(out, 'affine.txt'), 'utf8'));
  const displacement = itkDisplacement(readFileSync(join(out, 'displacement.nii.gz')));
  const largest = moving.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const share = (expected: Float32Array): number =>
    expected.filter((value, i) => Math.abs(value - warped.values[i]!) > 2e-3 * largest).length /
    expected.length;
  // Rounding decides alone for voxels that lie exactly on the moving image's border.
  expect(share(resample(fixed, moving, affine, displacement))).toBeLessThan(1e-4);
  // Either part alone gives another image, or this test would prove little.
  expect(share(resample(fixed, moving, affine, () => [0, 0, 0]))).toBeGreaterThan(0.05);
  expect(share(resample(fixed, moving, (point) => [...point], displacement))).toBeGreaterThan(0.05);
}

const bound = (...names: readonly string[]): string[] =>
  names.flatMap((name) => ['--input', `${name}=${name}.nii.gz`]);

describe('weft run', () => {
  it('writes what ITK reproduces, on the grid of the fixed image', () => {
    const inputs = bound('fixed', 'moving', 'fixed-labels', 'moving-labels');
    const args = [
      'run',
      greedy,
      ...inputs,
      ...briefly,
      '--device',
      'cpu',
      '--out',
      'all',
      '--json',
    ];
    const { status, stdout, stderr } = weft(...args);
    expect(problemsIn(stderr)).toEqual([]);
    expect(status).toBe(0);
    const summary = JSON.parse(stdout);
    expect(summary.device).toBe('cpu');
    expect(summary.metrics.ncc).toBeGreaterThan(0.85);
    expect(summary.metrics['dice.mean']).toBeGreaterThan(0.4);
    const out = join(folder, 'all');
    expect(readdirSync(out).sort()).toEqual([
      'affine.txt',
      'displacement.nii.gz',
      'manifest.json',
      'metrics.json',
      'warped-labels.nii.gz',
      'warped.nii.gz',
    ]);
    expectItkToAgree(out, join(folder, 'fixed.nii.gz'), join(folder, 'moving.nii.gz'));
    const labels = imageAt(join(out, 'warped-labels.nii.gz'));
    const known = new Set(imageAt(join(folder, 'moving-labels.nii.gz')).values);
    expect(labels.storedType).toBe('uint8');
    expect(labels.values.every((label) => label === 0 || known.has(label))).toBe(true);
    expect(JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8'))).toEqual(summary.metrics);
    const manifest = readFileSync(join(out, 'manifest.json'), 'utf8');
    expect(JSON.parse(manifest).inputs.fixed).toMatchObject({ name: 'fixed.nii.gz' });
    expect(manifest).not.toContain(folder);
  });

  it('leaves out what needs labels where there are none, whatever the number of threads', () => {
    const run = (out: string, threads: string) =>
      weft(
        ...['run', greedy, ...bound('fixed', 'moving'), ...briefly, '--threads', threads],
        ...['--device', 'cpu', '--out', out, '--json'],
      );
    const [one, three] = [run('one', '1'), run('three', '3')];
    expect(one.status).toBe(0);
    expect(one.stderr).toContain('Left out, for want of labels or landmarks: fixed-labels');
    expect(readdirSync(join(folder, 'one'))).not.toContain('warped-labels.nii.gz');
    const { metrics } = JSON.parse(one.stdout);
    expect(Object.keys(metrics).filter((name) => name.startsWith('dice'))).toEqual([]);
    expect(JSON.parse(three.stdout).metrics).toEqual(metrics);
    expect(readFileSync(join(folder, 'three', 'warped.nii.gz'))).toEqual(
      readFileSync(join(folder, 'one', 'warped.nii.gz')),
    );
  });

  it('gives the same metrics on the gpu device, and auto takes no software driver', (context) => {
    const shortly = [
      ...['--set', 'affine-levels.iterations=[4,2]', '--set', 'field-levels.iterations=[4,2,1]'],
      ...['--out', 'slices', '--json'],
    ];
    const gpu = weft('run', slices, ...shortly, '--device', 'gpu');
    if (gpu.status === 1 && gpu.stderr.includes('error [device] --device gpu')) {
      context.skip('Dawn found no graphics adapter on this machine');
    }
    expect(problemsIn(gpu.stderr)).toEqual([]);
    expect(gpu.status).toBe(0);
    const cpu = weft('run', slices, ...shortly, '--device', 'cpu');
    const [ours, theirs] = [JSON.parse(cpu.stdout), JSON.parse(gpu.stdout)];
    expect([ours.device, theirs.device]).toEqual(['cpu', 'gpu']);
    expect(Object.keys(theirs.metrics)).toEqual(Object.keys(ours.metrics));
    for (const [name, value] of Object.entries<number>(ours.metrics)) {
      // A label of a few dozen pixels changes by more when one pixel does.
      const allowed = /^dice\.\d/.test(name) ? 0.03 : 0.002;
      expect(Math.abs(theirs.metrics[name] - value), name).toBeLessThan(allowed);
    }
    if (/swiftshader|llvmpipe/i.test(theirs.deviceName)) {
      expect(JSON.parse(weft('run', slices, ...shortly).stdout).device).toBe('cpu');
    }
  });

  it('ends with 130 at Ctrl-C, within a second or so, and writes nothing', async () => {
    const long = ['--set', 'field-levels.iterations=[5000]', '--set', 'field-levels.shrink=[1]'];
    const args = [
      'run',
      greedy,
      ...long,
      '--set',
      'field-levels.convergence=0',
      '--out',
      'stopped',
    ];
    const child = spawn(process.execPath, [program, ...args, '--device', 'cpu'], { cwd: folder });
    let error = '';
    let pressedMs = 0;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      error += text;
      if (pressedMs > 0 || !error.includes('greedy: level')) return;
      pressedMs = performance.now();
      child.kill('SIGINT');
    });
    const [status] = await once(child, 'close');
    expect(status).toBe(130);
    expect(error).toContain('Cancelled; nothing was written.');
    // A second for the run, and time for a busy machine to end a process.
    expect(performance.now() - pressedMs).toBeLessThan(5000);
    expect(readdirSync(join(folder, 'stopped'))).toEqual([]);
  });
});

describe('weft', () => {
  it('demo registers two heads and reaches what the recipe states', () => {
    const { status, stdout } = weft('demo', '--device', 'cpu');
    expect(status).toBe(0);
    expect(stdout).toMatch(/dice\.mean .*: reached/);
    expect(stdout).not.toContain('NOT reached');
    expect(readdirSync(join(folder, 'out', 'demo'))).toContain('manifest.json');
  });

  it.each([
    [['walk'], 2, 'There is no command'],
    [['run', 'nothing.json', '--out', 'x'], 1, 'error [document] nothing.json:'],
    [['run', slices, '--out', 'fixed.nii.gz'], 2, 'nothing can be written there'],
    [['run', slices, '--out', 'x', '--input', 'fixed=.'], 1, 'it is a folder'],
    [['plan', slices, '--set', 'greedy.speed=3'], 1, 'error [parameter] greedy.speed:'],
  ])('%j ends with %i', (args, status, message) => {
    const ran = weft(...args);
    expect(ran.stderr).toContain(message);
    expect(ran.status).toBe(status);
    expect(ran.stdout).toBe('');
  });

  it.each(['plan', 'validate'])('%s ends by itself', (command) => {
    const { status, stdout, stderr } = weft(command, slices);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).not.toBe('');
  });

  it('is content when nobody reads to the end', async () => {
    const child = spawn(process.execPath, [program, 'nodes', '--json']);
    let error = '';
    child.stderr.on('data', (text) => {
      error += text;
    });
    child.stdout.destroy();
    const [status] = await once(child, 'close');
    expect([status, error]).toEqual([0, '']);
  });

  it('runs to the end where nobody reads its progress', async () => {
    const out = ['--out', 'unwatched', '--device', 'cpu'];
    const brief = ['--set', 'field-levels.iterations=[10,5,3]'];
    const child = spawn(process.execPath, [program, 'run', slices, ...out, ...brief], {
      cwd: folder,
    });
    child.stderr.destroy();
    child.stdout.resume();
    const [status] = await once(child, 'close');
    expect(status).toBe(0);
    expect(existsSync(join(folder, 'unwatched', 'manifest.json'))).toBe(true);
  });

  it.runIf(existsSync('/dev/full'))('ends with 1 where its output finds no room', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [program, 'nodes', '--json'], {
      encoding: 'utf8',
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    expect(status).toBe(1);
    expect(stderr).toContain('the disk is full');
  });

  it('says how to build it where that has not been done', () => {
    const clone = join(folder, 'clone');
    mkdirSync(join(clone, 'bin'), { recursive: true });
    copyFileSync(program, join(clone, 'bin', 'weft.js'));
    writeFileSync(join(clone, 'package.json'), '{ "type": "module" }');
    const ran = spawnSync(process.execPath, [join(clone, 'bin', 'weft.js')], { encoding: 'utf8' });
    expect(ran.status).toBe(3);
    expect(ran.stderr).toContain('npm run build:cli');
  });
});

describe('real files', () => {
  const pair = '3d-brain-t1/voxelmorph-affine-aligned/fast';
  needsSharedData(`${pair}/fixed.nii.gz`);

  it('a real pair is written so that ITK reproduces it', () => {
    const [fixed, moving] = ['fixed', 'moving'].map((name) =>
      sharedDataPath(`${pair}/${name}.nii.gz`),
    ) as [string, string];
    const inputs = ['--input', `fixed=${fixed}`, '--input', `moving=${moving}`];
    const args = ['run', greedy, ...inputs, ...briefly, '--device', 'cpu', '--out', 'real'];
    expect(weft(...args).status).toBe(0);
    expectItkToAgree(join(folder, 'real'), fixed, moving);
  });
});

/** Errors and warnings among what was printed. */
function problemsIn(printed: string): readonly string[] {
  return printed.split('\n').filter((line) => /error|warning/i.test(line));
}

import * as now from 'node:fs';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimFolder, type Processes } from '../../../src/cli/folder-claim';
import type { FolderClaim } from '../../../src/cli/host';

const bytes = new Uint8Array([1, 2, 3]);
let folder: string;
let lock: string;
let temporary: Set<string>;

beforeEach(() => {
  folder = now.mkdtempSync(join(tmpdir(), 'weft-claim-'));
  lock = join(folder, '.weft-lock');
  temporary = new Set();
});
afterEach(() => now.rmSync(folder, { recursive: true }));

/** Program `pid` on a machine where the programs of `alive` run, by number and beginning. */
function program(pid: number, alive: Readonly<Record<number, string>>): Processes {
  return { pid, hostName: 'here', birthOf: (asked) => alive[asked] };
}

const claimAs = (processes: Processes) =>
  claimFolder(folder, { now, fs, join, processes, temporary });

function claim(processes = program(1, { 1: 'a' })): FolderClaim {
  const result = claimAs(processes);
  if (!result.ok) throw new Error(result.holder);
  return result.claim;
}

const names = () => now.readdirSync(folder).sort();

describe('a claimed folder', () => {
  it('shows files under their names once all are published, and nothing else after', async () => {
    const ours = claim();
    await ours.stage('a.txt', bytes);
    await ours.stage('manifest.json', bytes);
    now.writeFileSync(join(folder, 'manifest.json'), 'old');
    expect(names()).not.toContain('a.txt');
    // Whatever ends the program now, it knows what to remove.
    expect([...temporary].map((path) => path.slice(folder.length + 1)).sort()).toEqual(
      names().filter((name) => name !== 'manifest.json'),
    );
    const paths = ['a.txt', 'manifest.json'].map((name) => join(folder, name));
    expect(ours.publish(['manifest.json'])).toEqual({ ok: true, paths });
    ours.release();
    expect(names()).toEqual(['a.txt', 'manifest.json']);
    expect(now.readFileSync(join(folder, 'manifest.json'))).toEqual(Buffer.from(bytes));
    expect(temporary.size).toBe(0);
  });

  it('is as it was where it is released before', async () => {
    const ours = claim();
    await ours.stage('a.txt', bytes);
    ours.release();
    expect(names()).toEqual([]);
    expect(temporary.size).toBe(0);
  });

  it('keeps all that it held where a folder has the name of a result', async () => {
    now.mkdirSync(join(folder, 'b.txt'));
    for (const name of ['a.txt', 'manifest.json']) now.writeFileSync(join(folder, name), 'old');
    const ours = claim();
    await ours.stage('a.txt', bytes);
    await ours.stage('b.txt', bytes);
    const failed = { ok: false, path: join(folder, 'b.txt'), reason: 'it is a folder' };
    expect(ours.publish(['manifest.json'])).toEqual(failed);
    ours.release();
    expect(names()).toEqual(['a.txt', 'b.txt', 'manifest.json']);
    expect(now.readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('old');
  });

  it('follows no link that lies in it', async () => {
    const elsewhere = join(folder, 'precious');
    now.writeFileSync(elsewhere, 'precious');
    for (const name of ['a.txt', 'a.txt.part']) now.symlinkSync(elsewhere, join(folder, name));
    const ours = claim();
    await ours.stage('a.txt', bytes);
    ours.publish([]);
    ours.release();
    expect(now.readFileSync(elsewhere, 'utf8')).toBe('precious');
    expect(now.lstatSync(join(folder, 'a.txt')).isFile()).toBe(true);
  });
});

describe('a folder that another run has claimed', () => {
  it('is refused while that run lives, and free after it', () => {
    const both = { 1: 'a', 2: 'b' };
    const theirs = claim(program(1, both));
    expect(claimAs(program(2, both))).toEqual({ ok: false, holder: 'process 1', lockPath: lock });
    theirs.release();
    claim(program(2, both)).release();
    expect(names()).toEqual([]);
  });

  it.each([
    ['has ended', { 2: 'b' }],
    ['had the number of another program', { 1: 'later', 2: 'b' }],
  ])('is taken over where that run %s, with what it left', async (_, alive) => {
    await claim(program(1, { 1: 'a' })).stage('a.txt', bytes);
    now.writeFileSync(join(folder, 'mine.part'), 'mine');
    const ours = claim(program(2, alive));
    await ours.stage('b.txt', bytes);
    expect(ours.publish([]).ok).toBe(true);
    ours.release();
    expect(names()).toEqual(['b.txt', 'mine.part']);
  });

  it('is refused where that run is on another machine', () => {
    claim({ ...program(1, { 1: 'a' }), hostName: 'there' });
    expect(claimAs(program(2, { 2: 'b' }))).toMatchObject({
      ok: false,
      holder: 'process 1 on the machine "there"',
    });
  });

  it('is refused where a lock was just made, and taken where nobody ever wrote it', () => {
    now.writeFileSync(lock, '');
    expect(claimAs(program(2, { 2: 'b' }))).toMatchObject({ holder: 'a run that has just begun' });
    now.utimesSync(lock, 1, 1);
    claim(program(2, { 2: 'b' })).release();
    expect(names()).toEqual([]);
  });

  it('is refused where a link or a folder stands for the lock', () => {
    now.symlinkSync(join(folder, 'nowhere'), lock);
    expect(claimAs(program(1, { 1: 'a' })).ok).toBe(false);
    expect(names()).toEqual(['.weft-lock']);
  });

  it('gets nothing from a run whose lock was taken away', async () => {
    const ours = claim();
    await ours.stage('a.txt', bytes);
    now.rmSync(lock);
    const theirs = claim(program(2, { 1: 'a', 2: 'b' }));
    expect(ours.publish([])).toMatchObject({ ok: false, path: lock });
    ours.release();
    expect(names()).toEqual(['.weft-lock']);
    theirs.release();
    expect(names()).toEqual([]);
  });
});

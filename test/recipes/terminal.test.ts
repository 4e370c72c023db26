import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommandLine } from '../support/build-command-line';
import { needsSharedData, sharedDataPath } from '../support/shared-data';

// What the built program does to files and at signals.

const program = resolve('bin/weft.js');
const slices = resolve('pipelines/brain-2d-greedy.json');
const heads = resolve('pipelines/brain-t1-greedy.json');
const briefly = ['--set', 'field-levels.iterations=[2]', '--set', 'field-levels.shrink=[4]'];
const cpu = ['--device', 'cpu', '--threads', '1'];
let folder: string;

beforeAll(() => {
  buildCommandLine();
  folder = mkdtempSync(join(tmpdir(), 'weft-terminal-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function weft(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { status, stdout, stderr };
}

/** A run that is sent `signal` once `isThere` says so of what it printed and made. */
async function endedBy(
  signal: NodeJS.Signals,
  args: readonly string[],
  isThere: (error: string) => boolean,
) {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder });
  let error = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    error += text;
  });
  child.stdout.resume();
  const closed = once(child, 'close');
  let sentMs = Number.NaN;
  const timer = setInterval(() => {
    if (!isThere(error)) return;
    clearInterval(timer);
    sentMs = performance.now();
    child.kill(signal);
  }, 5);
  const [status, by] = (await closed) as [number | null, NodeJS.Signals | null];
  clearInterval(timer);
  return { status, by, error, tookMs: performance.now() - sentMs };
}

describe('a signal ends a run', () => {
  const endless = ['--set', 'field-levels.iterations=[5000]', '--set', 'field-levels.shrink=[1]'];
  const begun = (out: string) => existsSync(join(folder, out, '.weft-lock'));

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s with %i, and nothing is left, in each phase', async (signal, expected) => {
    const phases = [
      // Heads are generated and the plan is compiled: neither gives the engine's thread a pause.
      ['generating', heads, (out: string) => begun(out)],
      ['running', slices, (_: string, error: string) => error.includes('greedy: level')],
    ] as const;
    for (const [phase, recipe, isThere] of phases) {
      const out = `${signal}-${phase}`;
      const args = ['run', recipe, ...endless, ...cpu, '--out', out];
      const ended = await endedBy(signal, args, (error) => isThere(out, error));
      const said = `${phase}: ${ended.error}`;
      expect([ended.status, ended.by], said).toEqual([expected, null]);
      expect(ended.error).toContain('Cancelled; nothing was written.');
      // A second for the program, and time for a busy machine.
      expect(ended.tookMs, said).toBeLessThan(4000);
      expect(readdirSync(join(folder, out)), said).toEqual([]);
    }
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    '%s while it writes leaves a whole result or none',
    async (signal) => {
      const out = `writing-${signal}`;
      const isWriting = () =>
        existsSync(join(folder, out)) &&
        readdirSync(join(folder, out)).some((name) => name.endsWith('.part'));
      const args = ['run', slices, ...briefly, ...cpu, '--out', out];
      const { status } = await endedBy(signal, args, isWriting);
      const left = readdirSync(join(folder, out));
      if (signal === 'SIGTERM') {
        expect(left.filter((name) => name.startsWith('.weft'))).toEqual([]);
        // Whoever sends it as the last file gets its name is too late, and hears that all is done.
        expect(left.length > 0).toBe(status === 0);
      }
      // Nor does a crash keep the next run out, or leave anything for ever.
      expect(weft(...args).status).toBe(0);
      expect(readdirSync(join(folder, out)).filter((name) => name.startsWith('.weft'))).toEqual([]);
    },
  );
});

describe.runIf(process.platform === 'linux')('a pipe into which nobody writes', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('does not keep %s from ending a run', async (signal) => {
    const out = `waits-${signal}`;
    const pipe = join(folder, `${out}.nii`);
    spawnSync('mkfifo', [pipe]);
    const inputs = ['--input', `fixed=${pipe}`, '--input', `moving=${pipe}`];
    const args = ['run', slices, ...cpu, ...inputs, '--out', out];
    // It waits once the engine is there, which is soon after the folder is claimed.
    let seenMs = Number.NaN;
    const ended = await endedBy(signal, args, () => {
      if (existsSync(join(folder, out, '.weft-lock'))) seenMs ||= performance.now();
      return performance.now() - seenMs > 2000;
    });
    expect(ended.tookMs).toBeLessThan(4000);
    expect([signal, signal === 'SIGINT' ? 130 : 143]).toContain(ended.by ?? ended.status);
    expect(readdirSync(join(folder, out))).toEqual([]);
  });
});

describe('two runs into one folder', () => {
  it('the second is refused before it runs, and the first keeps its manifest', async () => {
    const longer = ['--set', 'field-levels.iterations=[60]', '--set', 'field-levels.shrink=[2]'];
    const args = ['run', slices, ...longer, ...cpu, '--out', 'shared'];
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: 'ignore' });
    const closed = once(child, 'close');
    const lock = join(folder, 'shared', '.weft-lock');
    while (!existsSync(lock)) await new Promise((go) => setTimeout(go, 5));
    const second = weft(...args);
    expect(second.status).toBe(1);
    expect(second.stderr).toContain(
      'error [output] shared: Results are being written there by process',
    );
    expect(second.stderr).toContain(`delete ${join('shared', '.weft-lock')}`);
    expect((await closed)[0]).toBe(0);
    expect(existsSync(lock)).toBe(false);
    expect(
      JSON.parse(readFileSync(join(folder, 'shared', 'manifest.json'), 'utf8')).files,
    ).toHaveLength(5);
  });
});

describe('a result never replaces an input', () => {
  it('as where a second run starts from the first one’s result', () => {
    mkdirSync(join(folder, 'again'));
    expect(weft('run', slices, ...briefly, ...cpu, '--out', 'first').status).toBe(0);
    for (const name of ['fixed.nii.gz', 'warped.nii.gz']) {
      copyFileSync(join(folder, 'first', 'warped.nii.gz'), join(folder, 'again', name));
    }
    expectRefused();
  });

  describe('as it was reported', () => {
    const reported = 'reported/05-result-overwrites-input';
    needsSharedData(`${reported}/warped.nii.gz`);

    it('with a turned head', () => {
      mkdirSync(join(folder, 'again'), { recursive: true });
      for (const name of ['fixed.nii.gz', 'warped.nii.gz']) {
        writeFileSync(
          join(folder, 'again', name),
          readFileSync(sharedDataPath(`${reported}/${name}`)),
        );
      }
      expectRefused();
    });
  });

  function expectRefused(): void {
    const input = join(folder, 'again', 'warped.nii.gz');
    const before = readFileSync(input);
    const { status, stderr } = weft(
      ...['run', resolve('pipelines/brain-t1-affine.json'), ...cpu, '--out', 'again'],
      ...['--input', 'fixed=again/fixed.nii.gz', '--input', 'moving=again/warped.nii.gz'],
    );
    expect(stderr).toMatch(/error \[output\] save-image\.image: .* which is the input of "moving"/);
    expect(stderr).toContain('→ Give another folder with --out');
    expect(status).toBe(1);
    expect(readFileSync(input)).toEqual(before);
  }
});

describe.runIf(process.platform === 'linux')('few open files', () => {
  it.each([22, 26])('are told as that: ulimit -n %i', (most) => {
    const args = ['run', slices, ...briefly, '--device', 'cpu', '--threads', '2', '--out', 'few'];
    const command = `ulimit -n ${most}; exec "$0" "$@"`;
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', command, process.execPath, program, ...args],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    // Fewer than Node itself needs end it; more than these runs need are no fault.
    if (status === 0 || status === null) return;
    expect(stderr).not.toContain('fault of Weft');
    expect(status).toBe(1);
    expect(stderr).toContain('this program may open no more files');
    expect(stderr).toContain('ulimit -n');
  });
});

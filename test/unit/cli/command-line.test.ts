import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/command-line';
import { sha256Hex } from '../../../src/imaging/volume-digest';
import { nodeRegistry } from '../../../src/nodes/index';
import type { EngineApi } from '../../../src/runtime/api/engine/engine-api';
import { deviceOpeners } from '../../../src/runtime/device-openers';
import { createSession } from '../../../src/runtime/session';
import { createTestHost, type TestHostOptions } from './test-host';

const recipe = 'pipelines/brain-2d-greedy.json';
const shortly = ['--set', 'field-levels.iterations=[6,4,2]'];

async function weft(args: readonly string[], options: TestHostOptions = {}) {
  const host = createTestHost(options);
  const status = await runCommandLine(args, host);
  return { status, host, ...host.printed() };
}

const session = (): EngineApi =>
  createSession({
    registry: nodeRegistry,
    devices: deviceOpeners({ gpu: undefined, spawnThread: undefined, threads: 1 }),
  });

describe('weft run', { timeout: 60_000 }, () => {
  it('writes all files and says how it went', async () => {
    const { status, out, error, host } = await weft(['run', recipe, '--out', 'there', ...shortly]);
    // A level that is over at once is not told of.
    expect(error).toMatch(/affine: level [12] of 2/);
    expect(status).toBe(0);
    expect([...host.disk.keys()]).toEqual([
      'there/warped.nii.gz',
      'there/warped-labels.nii.gz',
      'there/affine.txt',
      'there/displacement.nii.gz',
      'there/metrics.json',
      'there/manifest.json',
    ]);
    expect(out).toMatch(/dice\.mean +0\.\d+ +over \d+ labels, at least 0\.\d+: (NOT )?reached/);
    expect(out).toContain('level 3 of 3  2 of 2 iterations, hit its limit');
    expect(out).toContain('there/warped.nii.gz');

    const metrics = JSON.parse(host.writtenText('there/metrics.json'));
    const manifest = JSON.parse(host.writtenText('there/manifest.json'));
    expect(metrics['dice.mean']).toBeGreaterThan(0.5);
    expect(manifest).toMatchObject({
      weft: '1.2.3',
      date: '2026-01-02T03:04:05.000Z',
      recipe: { file: 'brain-2d-greedy.json', document: { name: 'Two slices, greedy' } },
      inputs: { fixed: { kind: 'phantom', seed: 1, sha256: expect.stringMatching(/^\w{64}$/) } },
      device: { kind: 'cpu', threads: 1 },
      converged: false,
      metrics,
    });
    expect(manifest.recipe.document.nodes['field-levels'].params.iterations).toEqual([6, 4, 2]);
    const outcomes = manifest.levels.map((level: { outcome: string }) => level.outcome);
    expect(outcomes.slice(-3)).toEqual(Array(3).fill('cap'));
    for (const { name, sha256 } of manifest.files) {
      expect(await sha256Hex(host.disk.get(`there/${name}`) as Uint8Array)).toBe(sha256);
    }
    expect(manifest.peakBytes).toBeLessThan(1.1 * manifest.planPeakBytes);
    expect(manifest.planPeakBytes).toBeLessThan(1.1 * manifest.peakBytes);
  });

  it('prints one JSON object with --json, and the same metrics every time', async () => {
    const args = ['run', recipe, '--out', 'there', '--json', ...shortly];
    const [first, second] = [await weft(args), await weft(args)];
    const summary = JSON.parse(first.out);
    expect(summary).toMatchObject({
      status: 'done',
      device: 'cpu',
      deviceName: 'CPU, 1 thread',
      converged: false,
      diagnostics: [],
    });
    expect(Object.keys(summary.seconds)).toContain('greedy');
    expect(summary.seconds.total).toBeGreaterThan(summary.seconds.greedy);
    expect(JSON.parse(second.out).metrics).toEqual(summary.metrics);
    expect(second.host.disk.get('there/warped.nii.gz')).toEqual(
      first.host.disk.get('there/warped.nii.gz'),
    );
  });

  it('warns of a file of an earlier run that would be taken for one of this', async () => {
    const { error, host } = await weft(['run', recipe, '--out', 'there', ...shortly], {
      disk: { 'there/inverse-displacement.nii.gz': 'old' },
    });
    expect(error).toContain('there/inverse-displacement.nii.gz is from an earlier run');
    expect(host.writtenText('there/inverse-displacement.nii.gz')).toBe('old');
  });

  it('stops at Ctrl-C and writes nothing', async () => {
    const engine = session();
    const host = createTestHost({
      engine: {
        describe: () => engine.describe(),
        openInput: (request) => engine.openInput(request),
        compile: (request) => engine.compile(request),
        cancel: (runId) => engine.cancel(runId),
        turn: (...given) => engine.turn(...given),
        read: (request) => engine.read(request),
        release: (handles) => engine.release(handles),
        run: (request, onProgress) =>
          engine.run(request, (progress) => {
            if (progress.losses.length > 0) host.interrupt();
            onProgress(progress);
          }),
      },
    });
    const args = ['run', recipe, '--out', 'there', '--set', 'field-levels.iterations=[2000]'];
    const status = await runCommandLine([...args, '--set', 'field-levels.shrink=[1]'], host);
    expect(status).toBe(130);
    expect(host.disk.size).toBe(0);
    expect(host.printed().error).toContain('Cancelled; nothing was written.');
  });

  it('stops at Ctrl-C before the run has begun, and says so as JSON', async () => {
    const engine = session();
    let sign = (): void => {};
    const opening = new Promise<void>((resolve) => {
      sign = resolve;
    });
    const waiting = Object.create(engine, {
      openInput: {
        value: () => {
          sign();
          return new Promise(() => {});
        },
      },
    }) as EngineApi;
    const host = createTestHost({ engine: waiting });
    const running = runCommandLine(['run', recipe, '--out', 'there', '--json'], host);
    await opening;
    host.interrupt();
    expect(await running).toBe(130);
    expect(JSON.parse(host.printed().out)).toEqual({ status: 'cancelled', diagnostics: [] });
    expect(host.printed().error).toContain('Cancelled; nothing was written.');
  });

  it('reports everything that is wrong at once, in the terminal and as JSON', async () => {
    const text = readFileSync(recipe, 'utf8').replace('"similarity.lncc"', '"similarity.magic"');
    const { status, out, error, host } = await weft(
      ['run', 'bad.json', '--out', 'there', '--input', 'fixed=no.nii', '--json'],
      { disk: { 'bad.json': text } },
    );
    expect(status).toBe(1);
    expect(error).toContain('error [unknown-node] local-correlation:');
    expect(error).toContain('error [input-problem] fixed: no.nii cannot be read');
    expect(error).toContain('error [input-missing] moving:');
    expect(error).toContain('\n  → ');
    const { status: said, diagnostics } = JSON.parse(out);
    expect(said).toBe('failed');
    expect(diagnostics).toHaveLength(3);
    expect([...host.disk.keys()]).toEqual(['bad.json']);
  });

  it.each([
    ['a folder that it may not write to', ['--out', '/forbidden'], 2, 'you have no permission'],
    [
      'a gpu that is not there',
      ['--out', 'x', '--device', 'gpu'],
      1,
      'error [device] --device gpu: ',
    ],
    ['a setting that does not fit', ['--out', 'x', '--set', 'a.b=1'], 1, '"a"'],
    ['no folder', [], 2, 'needs --out DIR'],
  ])('refuses %s', async (_, more, status, message) => {
    const ran = await weft(['run', recipe, ...more]);
    expect(ran.status).toBe(status);
    expect(ran.error).toContain(message);
    expect(ran.out).toBe('');
  });

  it.each([
    ['on a full disk', { full: /displacement/ }, 'displacement.nii.gz', 'the disk is full'],
    ['where a folder is in the way', { taken: /metrics/ }, 'metrics.json', 'it is a folder'],
  ])('keeps no part of a result %s', async (_, options, name, reason) => {
    const disk = { 'there/manifest.json': 'old' };
    const args = ['run', recipe, '--out', 'there', '--json', ...shortly];
    const { status, out, error, host } = await weft(args, { ...options, disk });
    expect(status).toBe(1);
    expect(error).toContain(`error [output] there/${name}: It cannot be written: ${reason}.`);
    expect(JSON.parse(out)).toMatchObject({ status: 'failed', diagnostics: [{ code: 'output' }] });
    expect([...host.disk.keys()].filter((path) => path !== 'there/manifest.json')).toEqual([]);
  });

  it('ends with 3 on a fault of ours', async () => {
    const args = ['run', recipe, '--out', 'there', '--json', ...shortly];
    const broken = { ...session(), compile: () => Promise.reject(new TypeError('oops')) };
    const fault = await weft(args, { engine: broken as unknown as EngineApi });
    expect(fault.status).toBe(3);
    expect(fault.error).toContain('A fault of Weft itself');
    expect(JSON.parse(fault.out)).toMatchObject({ diagnostics: [{ code: 'internal' }] });
  });
});

describe('the other commands', { timeout: 60_000 }, () => {
  it('plan prints passes, bytes and memory', async () => {
    const { status, out } = await weft(['plan', recipe, ...shortly]);
    expect(status).toBe(0);
    expect(out).toMatch(/peak memory \d+\.\d MiB, compiled in \d+\.\d ms/);
    expect(out).toContain('greedy, level 1 of 3, up to 6 iterations of');
    expect(out).toMatch(/sample-inside-with-derivative +× 1 +\d+\.\d KiB +\d+\.\d [kM] operations/);
  });

  it('plan prints the same as JSON, and the program after a phase', async () => {
    const { out } = await weft(['plan', recipe, '--json']);
    const plan = JSON.parse(out);
    expect(plan.peakBytes).toBeGreaterThan(1e6);
    expect(plan.steps.some((step: { kind: string }) => step.kind === 'loop')).toBe(true);
    const parsed = await weft(['plan', recipe, '--print-after', 'parse']);
    expect(parsed.out).toBe(readFileSync(recipe, 'utf8'));
    const lowered = await weft(['plan', recipe, '--print-after', 'lower']);
    expect(lowered.out).toContain('%0');
    const allocated = await weft(['plan', recipe, '--print-after', 'allocate']);
    expect(allocated.out).not.toBe(lowered.out);
  });

  it('validate is content with a shipped recipe', async () => {
    const { status, out, error } = await weft(['validate', recipe]);
    expect(error).toBe('');
    expect(status).toBe(0);
    expect(out).toContain('nothing wrong');
  });

  it('validate does not miss data that somebody else has to bring', async () => {
    const text = readFileSync(recipe, 'utf8').replace(
      /"source": \{[^}]*\}/,
      '"source": { "kind": "file", "name": "mine.nii.gz" }',
    );
    const { status, error } = await weft(['validate', 'mine.json'], {
      disk: { 'mine.json': text },
    });
    expect(error).toBe('');
    expect(status).toBe(0);
  });

  it.each([
    ['no file', undefined, /error \[document\] bad\.json: The recipe cannot be read: there is no/],
    ['no JSON', '{ "name": ', /error \[document\]: Line 1, column \d+/],
    ['another thing', '[1, 2]', /error \[document\]/],
    [
      'a cycle',
      readFileSync(recipe, 'utf8').replace(
        '{ "from": "even.fixed", "to": "normalize-fixed.image" }',
        '{ "from": "greedy.warped", "to": "normalize-fixed.image" }',
      ),
      /error \[cycle\] \S+: The wires run in a circle/,
    ],
    [
      'a wrong type',
      readFileSync(recipe, 'utf8').replace('"field-model.model"', '"fixed.image"'),
      /error \[type-mismatch\] greedy\.model: /,
    ],
    [
      'a missing input',
      readFileSync(recipe, 'utf8').replace(/.*"greedy\.model" \},\n/, ''),
      /error \[missing-input\] greedy\.model: /,
    ],
    [
      'a parameter out of bounds',
      readFileSync(recipe, 'utf8').replace(/"radiusVoxels": \d+/, '"radiusVoxels": 99'),
      /error \[parameter\] local-correlation\.radiusVoxels: /,
    ],
  ])('validate refuses %s', async (_, text, message) => {
    const disk: Record<string, string> = text === undefined ? {} : { 'bad.json': text };
    const { status, error, out } = await weft(['validate', 'bad.json'], { disk });
    expect(error).toMatch(message);
    expect(error.match(/error \[/g)).toHaveLength(1);
    expect(error).toContain('\n  → ');
    expect(status).toBe(1);
    expect(out).toBe('');
  });

  it('nodes lists every node, with bounds as JSON', async () => {
    const { out } = await weft(['nodes']);
    const catalogue = JSON.parse((await weft(['nodes', '--json'])).out);
    expect(catalogue.map((node: { type: string }) => node.type)).toEqual([...nodeRegistry.keys()]);
    for (const { type, documentation } of catalogue) {
      expect(out).toContain(type);
      expect(out).toContain(documentation.summary);
    }
    const lncc = catalogue.find((node: { type: string }) => node.type === 'similarity.lncc');
    expect(lncc.parameters.properties.radiusVoxels).toMatchObject({ minimum: 1, default: 2 });
  });

  it.each([
    [['run', recipe, '--json', '--bogus'], '--bogus'],
    [['run', recipe, '--json'], 'needs --out DIR'],
    [['run', recipe, '--json', '--out', '/forbidden'], 'you have no permission'],
    [['plan', '', '--json'], 'needs a recipe'],
  ])('%j says as JSON what is wrong with it', async (args, message) => {
    const { status, out, error } = await weft(args);
    expect(status).toBe(2);
    expect(error).toContain(message);
    expect(JSON.parse(out)).toMatchObject({
      status: 'failed',
      diagnostics: [
        { severity: 'error', code: 'usage', message: expect.stringContaining(message) },
      ],
    });
  });

  it('help and version go to standard output, wrong usage does not', async () => {
    expect(await weft(['--help'])).toMatchObject({ status: 0, error: '' });
    expect(await weft(['--version'])).toMatchObject({ status: 0, out: '1.2.3\n' });
    const { status, out, error } = await weft(['walk']);
    expect([status, out]).toEqual([2, '']);
    expect(error).toContain('There is no command "walk".');
  });
});

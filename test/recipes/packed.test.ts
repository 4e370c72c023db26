import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommandLine } from '../support/build-command-line';

// What somebody has who installs Weft, in a folder with nothing else in it.

let folder: string;
let packedFiles: readonly string[];
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

function run(command: string, args: readonly string[], cwd = folder) {
  const ran = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 240_000 });
  return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}

beforeAll(() => {
  buildCommandLine();
  folder = mkdtempSync(join(tmpdir(), 'weft-packed-'));
  // The page is packed as the stage "build" left it; building it here again would only take time.
  const packing = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const packed = run(npm, packing, resolve('.'));
  if (packed.status !== 0) throw new Error(packed.stderr);
  const [{ filename, files }] = JSON.parse(packed.stdout);
  packedFiles = files.map(({ path }: { path: string }) => path);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  // All that a run needs is in the package, so that no registry is asked; the graphics card is an extra.
  const installing = [
    'install',
    '--offline',
    '--omit=optional',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
  ];
  const installed = run(npm, [...installing, join(folder, filename)]);
  if (installed.status !== 0) throw new Error(installed.stderr);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const weft = (...args: readonly string[]) =>
  run(process.execPath, [join(folder, 'node_modules', 'weft', 'bin', 'weft.js'), ...args]);

describe('the package', () => {
  it('brings the program, recipes, schema and what helps a person, and no workshop', () => {
    for (const path of [
      ...['README.md', 'LICENSE', 'CHANGELOG.md', 'docs/guide.md', 'docs/command-line.md'],
      ...['docs/nodes/README.md', 'schema/weft-pipeline.schema.json', 'bin/weft.js'],
      ...['dist/cli/main.js', 'dist/cli/engine-worker.js', 'dist/cli/cpu-worker.js'],
      ...readdirSync('pipelines').map((name) => `pipelines/${name}`),
    ]) {
      expect(packedFiles).toContain(path);
    }
    const workshop = /^(src|test|bench|scripts)\/|\.ts$|config|^dist\/bench/;
    expect(packedFiles.filter((path) => workshop.test(path))).toEqual([]);
  });

  it('installs nothing else but what it says is needed', () => {
    const installed = readdirSync(join(folder, 'node_modules')).filter(
      (name) => !name.startsWith('.'),
    );
    expect(installed).toEqual(['weft']);
    const { dependencies = {} } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(dependencies).toEqual({});
  });

  it('has a command that registers the demo pair', () => {
    const briefly = [
      ...['--set', 'rigid-levels.iterations=[2]', '--set', 'affine-levels.iterations=[2,1]'],
      ...['--set', 'field-levels.iterations=[2,1]', '--set', 'field-levels.shrink=[8,4]'],
      ...['--device', 'cpu'],
    ];
    const command = join(folder, 'node_modules', '.bin', 'weft');
    expect(existsSync(command)).toBe(true);
    const { status, stdout, stderr } = run(command, ['demo', ...briefly]);
    expect(stderr).not.toMatch(/error|warning/i);
    expect(status).toBe(0);
    expect(stdout).toMatch(/dice\.mean/);
    expect(readdirSync(join(folder, 'out', 'demo'))).toContain('manifest.json');
  });

  it('validates a recipe that it brings', () => {
    const recipe = join(folder, 'node_modules', 'weft', 'pipelines', 'brain-2d-greedy.json');
    const { status, stderr } = weft('validate', recipe);
    expect([status, stderr]).toEqual([0, '']);
  });

  it('says what is missing where the graphics card is asked for', () => {
    const recipe = join(folder, 'node_modules', 'weft', 'pipelines', 'brain-2d-greedy.json');
    const { status, stderr } = weft('plan', recipe, '--device', 'gpu');
    expect(status).toBe(1);
    expect(stderr).toMatch(/error \[device\] --device gpu: The (package "webgpu"|Vulkan loader)/);
  });
});

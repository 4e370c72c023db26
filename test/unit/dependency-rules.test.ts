import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import type { ICruiseResult } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const configPath = resolve('.dependency-cruiser.mjs');

/** Runs the project's rules over `src` of a folder, as `npm run deps` does. */
function cruise(folder: string): ICruiseResult {
  const ran = spawnSync(
    process.execPath,
    [
      resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      'src',
      '--config',
      configPath,
      '--output-type',
      'json',
    ],
    { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (ran.stdout === '') throw new Error(ran.stderr);
  return JSON.parse(ran.stdout) as ICruiseResult;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(process.cwd(), join(entry.parentPath, entry.name)))
    .sort();
}

// A TypeScript that dependency-cruiser cannot use makes it see no files and report success.
it('the rules see every source file of this repository', { timeout: 300_000 }, () => {
  const seen = cruise(process.cwd())
    .modules.map(({ source }) => source)
    .filter((source) => /^src\/.*\.tsx?$/.test(source));
  expect(seen.sort()).toEqual(sourceFiles('src'));
});

/** [rule that must refuse, file, what it imports]: one for each side that a rule protects. */
const forbidden: readonly (readonly [rule: string, file: string, imported: string])[] = [
  ['pipeline-stands-alone', 'src/pipeline/a.ts', '../imaging/leaf'],
  ['pipeline-stands-alone', 'src/pipeline/a.ts', '../runtime/api/leaf'],
  ['imaging-stands-alone', 'src/imaging/a.ts', '../pipeline/leaf'],
  ['imaging-stands-alone', 'src/imaging/a.ts', '../runtime/api/leaf'],
  ['runtime-knows-no-nodes-or-editor', 'src/runtime/api/a.ts', '../../nodes/leaf'],
  ['runtime-knows-no-nodes-or-editor', 'src/runtime/compile/a.ts', '../../editor/leaf'],
  ['runtime-knows-no-nodes-or-editor', 'src/runtime/gpu/a.ts', '../../cli/leaf'],
  ['nodes-use-their-door-only', 'src/nodes/a.ts', '../runtime/compile/leaf'],
  ['nodes-use-their-door-only', 'src/nodes/io/a.ts', '../../runtime/ops/leaf'],
  ['nodes-use-their-door-only', 'src/nodes/a.ts', '../runtime/api/engine/leaf'],
  ['nodes-use-their-door-only', 'src/nodes/a.ts', '../editor/leaf'],
  ['editor-uses-runtime-api-only', 'src/editor/a.ts', '../runtime/gpu/leaf'],
  ['editor-uses-runtime-api-only', 'src/editor/a.ts', '../cli/leaf'],
  ['cli-uses-runtime-api-only', 'src/cli/a.ts', '../runtime/cpu/leaf'],
  ['cli-uses-runtime-api-only', 'src/cli/a.ts', '../editor/leaf'],
  ['only-roots-import-session', 'src/runtime/gpu/a.ts', '../session'],
  ['only-roots-import-session', 'src/cli/a.ts', '../runtime/session'],
  ['only-openers-know-the-devices', 'src/runtime/session/a.ts', '../cpu/leaf'],
  ['only-openers-know-the-devices', 'src/runtime/session/a.ts', '../gpu/leaf'],
  ['nobody-imports-a-root', 'src/editor/a.ts', '../worker'],
  ['compile-is-pure', 'src/runtime/compile/a.ts', '../gpu/leaf'],
  ['compile-is-pure', 'src/runtime/ops/warp/warp.cpu.ts', '../../gpu/leaf'],
  ['only-networks-import-tensorflow', 'src/runtime/gpu/a.ts', '@tensorflow/tfjs'],
  ['only-networks-import-tensorflow', 'src/editor/a.ts', '@tensorflow/tfjs-core'],
  ['only-viewer-imports-niivue', 'src/editor/a.ts', '@niivue/niivue'],
  ['only-editor-imports-react', 'src/runtime/api/a.ts', 'react'],
  ['only-editor-imports-react', 'src/nodes/a.ts', '@mantine/core'],
  ['only-roots-import-webgpu', 'src/runtime/gpu/a.ts', 'webgpu'],
  ['only-roots-import-node', 'src/runtime/cpu/a.ts', 'node:worker_threads'],
  ['only-roots-import-node', 'src/imaging/a.ts', 'fs'],
  ['no-unresolvable', 'src/editor/a.ts', './nowhere'],
  ['no-tools', 'src/imaging/a.ts', 'fast-check'],
];

/** Imports that look like those above and are right. */
const allowed: readonly (readonly [file: string, imported: string])[] = [
  ['src/runtime/ops/a.ts', '../../imaging/leaf'],
  ['src/runtime/session.ts', '../pipeline/leaf'],
  ['src/nodes/b.ts', '../runtime/api/nodes/leaf'],
  ['src/editor/b.ts', '../nodes/leaf'],
  ['src/cli/b.ts', '../runtime/api/leaf'],
  ['src/cli/main.ts', '../runtime/session'],
  ['src/worker.ts', './runtime/session'],
  ['src/cpu-worker.ts', 'node:worker_threads'],
  ['src/cli/main.ts', 'webgpu'],
  ['src/runtime/networks/b.ts', '@tensorflow/tfjs'],
  ['src/runtime/networks/b.ts', '../gpu/leaf'],
  ['src/runtime/device-openers.ts', './gpu/leaf'],
  ['src/runtime/gpu/b.ts', '../ops/leaf'],
  ['src/editor/b.ts', 'react'],
  ['src/main.tsx', 'react-dom/client'],
];

const layers = ['pipeline', 'imaging', 'nodes', 'editor', 'cli'];
const runtimeFolders = [
  'api',
  'api/nodes',
  'api/engine',
  'compile',
  'ops',
  'gpu',
  'cpu',
  'networks',
];

describe('the rules over planted imports', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-rules-'));
  /** The names of the rules that refuse an import, by file and import. */
  const refusals = new Map<string, readonly string[]>();

  beforeAll(() => {
    const files = new Map<string, string>();
    for (const layer of [...layers, ...runtimeFolders.map((name) => `runtime/${name}`)]) {
      files.set(`src/${layer}/leaf.ts`, 'export const leaf = 1;\n');
    }
    const plant = (file: string, imported: string) =>
      files.set(file, `${files.get(file) ?? ''}export * from '${imported}';\n`);
    plant('src/runtime/session.ts', '../imaging/leaf');
    for (const [file, imported] of allowed) plant(file, imported);
    for (const [, file, imported] of forbidden) plant(file, imported);
    files.set('src/runtime/ir/typed.ts', "export type * from '../../editor/leaf';\n");
    plant('src/runtime/ir/one.ts', './two');
    plant('src/runtime/ir/two.ts', './one');

    for (const [file, content] of files) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), content);
    }
    for (const shared of ['node_modules', 'package.json', 'tsconfig.json', 'tsconfig.base.json']) {
      symlinkSync(resolve(shared), join(folder, shared));
    }
    for (const { source, dependencies } of cruise(folder).modules) {
      for (const { module, protocol, rules } of dependencies) {
        refusals.set(
          `${source} → ${protocol ?? ''}${module}`,
          rules?.map(({ name }) => name) ?? [],
        );
      }
    }
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(forbidden)('%s refuses %s → %s', (rule, file, imported) => {
    expect(refusals.get(`${file} → ${imported}`)).toContain(rule);
  });

  it.each(allowed)('nothing refuses %s → %s', (file, imported) => {
    expect(refusals.get(`${file} → ${imported}`)).toEqual([]);
  });

  it('an import of types alone is refused like any other', () => {
    expect(refusals.get('src/runtime/ir/typed.ts → ../../editor/leaf')).toEqual([
      'runtime-knows-no-nodes-or-editor',
    ]);
  });

  it('no-circular refuses two files that import each other', () => {
    expect(refusals.get('src/runtime/ir/one.ts → ./two')).toEqual(['no-circular']);
  });
});

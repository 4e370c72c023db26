import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** How a program ended, and what it said. */
export interface Ended {
  readonly status: number | null;
  readonly by: NodeJS.Signals | null;
  readonly error: string;
}

/** Starts the built `weft` in `folder`. */
export function startWeft(
  args: readonly string[],
  folder: string,
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  if (!existsSync('dist/cli/main.js')) throw new Error('Run "npm run build:cli" first.');
  const child = spawn(process.execPath, [resolve('bin/weft.js'), ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let error = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    error += text;
  });
  const ended = new Promise<Ended>((go) => {
    child.on('close', (status, by) => go({ status, by, error }));
  });
  return { child, ended };
}

/** What a short run of the two slices is started with; `seed` decides the heads. */
export function shortRun(out: string, seed: number): string[] {
  return [
    ...['run', resolve('pipelines/brain-2d-greedy.json'), '--device', 'cpu', '--threads', '1'],
    ...['--set', 'field-levels.iterations=[3]', '--set', 'field-levels.shrink=[4]'],
    ...['--set', `fixed.source.seed=${seed}`, '--set', `moving.source.seed=${seed}`],
    ...['--out', out],
  ];
}

/** Calls `use` with a folder that is gone afterwards. */
export async function inTemporaryFolder<Value>(
  use: (folder: string) => Promise<Value>,
): Promise<Value> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-fuzz-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Which files of a manifest are not as it says; undefined where there is no manifest. */
export function brokenFiles(folder: string): readonly string[] | undefined {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path)) return undefined;
  const { files } = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly files: readonly { readonly name: string; readonly sha256: string }[];
  };
  return files
    .filter(({ name, sha256 }) => {
      const file = join(folder, name);
      return (
        !existsSync(file) ||
        sha256 !== createHash('sha256').update(readFileSync(file)).digest('hex')
      );
    })
    .map(({ name }) => name);
}

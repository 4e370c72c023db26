import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { parseArgs } from 'node:util';
import type { Host, ParseArgs } from '../../../src/cli/host';
import { nodeRegistry } from '../../../src/nodes/index';
import type { EngineApi } from '../../../src/runtime/api/engine/engine-api';
import { deviceOpeners } from '../../../src/runtime/device-openers';
import { createSession } from '../../../src/runtime/session';

/** Node's parser, as the root hands it in. */
export const nodeParseArgs: ParseArgs = ({ args, options }) =>
  parseArgs({ args: [...args], options, allowPositionals: true });

/** A machine for tests: files in memory, `pipelines/…` from the repository, text in `out` and `error`. */
export interface TestHost extends Host {
  readonly disk: Map<string, Uint8Array>;
  /** What was printed so far. */
  printed(): { readonly out: string; readonly error: string };
  /** Presses Ctrl-C. */
  interrupt(): void;
  writtenText(path: string): string;
}

export interface TestHostOptions {
  readonly disk?: Readonly<Record<string, Uint8Array | string>>;
  readonly engine?: EngineApi;
  readonly fetch?: Host['fetch'];
  readonly isInteractive?: boolean;
  /** Paths where writing fails as on a full disk. */
  readonly full?: RegExp;
  /** Paths where a folder lies in the way. */
  readonly taken?: RegExp;
}

export function createTestHost(options: TestHostOptions = {}): TestHost {
  const encoder = new TextEncoder();
  const disk = new Map(
    Object.entries(options.disk ?? {}).map(([path, data]) => [
      path,
      typeof data === 'string' ? encoder.encode(data) : data,
    ]),
  );
  const text = { out: '', error: '' };
  let handler: (() => void) | undefined;
  const systemError = (code: string): Error =>
    Object.assign(new Error(`${code}: as the system says it`), { code, syscall: 'open' });
  return {
    version: '1.2.3',
    packageFolder: '.',
    processors: 1,
    terminal: {
      out: (more) => {
        text.out += more;
      },
      error: (more) => {
        text.error += more;
      },
      isInteractive: options.isInteractive ?? false,
      columns: 60,
    },
    files: {
      async read(path) {
        const data = disk.get(path);
        if (data) return data;
        if (path.startsWith('pipelines/')) return readFile(path);
        throw systemError('ENOENT');
      },
      async makeFolder(path) {
        if (path === '/forbidden') throw systemError('EACCES');
      },
      async stage(path, data) {
        if (options.full?.test(path)) throw systemError('ENOSPC');
        return {
          path,
          async keep() {
            if (options.taken?.test(path)) throw systemError('EISDIR');
            disk.set(path, data);
          },
          async drop() {},
        };
      },
      async remove(path) {
        disk.delete(path);
      },
      exists: async (path) => disk.has(path),
      join: posix.join,
      folderOf: posix.dirname,
    },
    fetch: options.fetch ?? (() => Promise.reject(new Error('no network in this test'))),
    parseArgs: nodeParseArgs,
    openEngine: async () =>
      options.engine ??
      createSession({
        registry: nodeRegistry,
        devices: deviceOpeners({ gpu: undefined, spawnThread: undefined, threads: 1 }),
        verify: true,
      }),
    onInterrupt: (given) => {
      handler = given;
    },
    now: () => new Date('2026-01-02T03:04:05Z'),
    disk,
    printed: () => ({ ...text }),
    interrupt: () => handler?.(),
    writtenText: (path) => new TextDecoder().decode(disk.get(path)),
  };
}

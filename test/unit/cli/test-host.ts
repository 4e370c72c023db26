import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { parseArgs } from 'node:util';
import { type ExitStatus, exitStatus } from '../../../src/cli/exit-status';
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
  /** Presses Ctrl-C, or what else ends with `status`. */
  interrupt(status?: ExitStatus): void;
  writtenText(path: string): string;
}

/** An engine that does some things in another way. */
export function engineWith(engine: EngineApi, changes: Partial<EngineApi>): EngineApi {
  return {
    describe: () => engine.describe(),
    openInput: (request) => engine.openInput(request),
    compile: (request) => engine.compile(request),
    run: (request, onProgress) => engine.run(request, onProgress),
    cancel: (runId) => engine.cancel(runId),
    turn: (...given) => engine.turn(...given),
    read: (request) => engine.read(request),
    release: (handles) => engine.release(handles),
    ...changes,
  };
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
  /** Folder into which another run writes. */
  readonly claimed?: string;
  /** By path of a link, the path of the file that it leads to. */
  readonly links?: Readonly<Record<string, string>>;
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
  const handlers: ((status: ExitStatus) => void)[] = [];
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
      redraw: () => {},
      isInteractive: options.isInteractive ?? false,
    },
    files: {
      async read(path) {
        const data = disk.get(path);
        if (data) return data;
        if (path.startsWith('pipelines/')) return readFile(path);
        throw systemError('ENOENT');
      },
      startsIn: async (folder) =>
        [...disk].flatMap(([path, data]) =>
          path.startsWith(`${folder}/`) ? [data.subarray(0, 256)] : [],
        ),
      async list(folder) {
        const below = [...disk.keys()].filter((path) => path.startsWith(`${folder}/`));
        const names = below.map((path) => path.slice(folder.length + 1)).sort();
        return below.length > 0 ? names : undefined;
      },
      async makeFolder(path) {
        if (path === '/forbidden') throw systemError('EACCES');
      },
      async claim(folder) {
        if (folder === options.claimed) {
          return { ok: false, holder: 'process 7', lockPath: posix.join(folder, '.weft-lock') };
        }
        const staged: { readonly path: string; readonly data: Uint8Array }[] = [];
        return {
          ok: true,
          claim: {
            async stage(name, data) {
              const path = posix.join(folder, name);
              if (options.full?.test(path)) throw systemError('ENOSPC');
              staged.push({ path, data });
            },
            publish(replaced) {
              const taken = staged.find(({ path }) => options.taken?.test(path));
              if (taken) return { ok: false, path: taken.path, reason: 'it is a folder' };
              for (const name of replaced) disk.delete(posix.join(folder, name));
              for (const { path, data } of staged) disk.set(path, data);
              return { ok: true, paths: staged.map(({ path }) => path) };
            },
            release() {},
          },
        };
      },
      identityOf: async (path) => (disk.has(path) ? (options.links?.[path] ?? path) : undefined),
      exists: async (path) => disk.has(path),
      join: posix.join,
      folderOf: posix.dirname,
    },
    fetch: options.fetch ?? (() => Promise.reject(new Error('no network in this test'))),
    parseArgs: nodeParseArgs,
    openEngine: async ({ checkpoints }) =>
      options.engine ??
      createSession({
        registry: nodeRegistry,
        ...(checkpoints === undefined
          ? {}
          : {
              checkpoints: {
                load: async (key) => disk.get(`${checkpoints}/${key}`),
                save: async (key, bytes) => void disk.set(`${checkpoints}/${key}`, bytes),
              },
            }),
        devices: deviceOpeners({ gpu: undefined, spawnThread: undefined, threads: 1 }),
        verify: true,
      }),
    onInterrupt: (handler) => {
      handlers.push(handler);
      return () => void handlers.splice(handlers.lastIndexOf(handler), 1);
    },
    now: () => new Date('2026-01-02T03:04:05Z'),
    disk,
    printed: () => ({ ...text }),
    interrupt: (status = exitStatus.interrupted) => handlers.at(-1)?.(status),
    writtenText: (path) => new TextDecoder().decode(disk.get(path)),
  };
}

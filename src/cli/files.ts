import type { Files } from './host';

/** What is used of `node:fs/promises`. */
interface FileSystem {
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, data: Uint8Array): Promise<void>;
  mkdir(path: string): Promise<unknown>;
  stat(path: string): Promise<{ isDirectory(): boolean }>;
  access(path: string, mode?: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { readonly force: true }): Promise<void>;
  readonly constants: { readonly W_OK: number; readonly X_OK: number };
}

/** What is used of `node:path`. */
interface Paths {
  join(folder: string, name: string): string;
  dirname(path: string): string;
}

/** The command line's view of the disk. */
export function filesOf(fs: FileSystem, paths: Paths): Files {
  /** Step by step, because `mkdir` with `recursive` never returns in folders such as /proc. */
  async function makeWithParents(path: string): Promise<void> {
    try {
      await fs.mkdir(path);
    } catch (error) {
      const parent = paths.dirname(path);
      if (codeOf(error) === 'ENOENT' && parent !== path) {
        await makeWithParents(parent);
        await fs.mkdir(path);
        return;
      }
      const isThere = await fs.stat(path).then(
        (found) => found.isDirectory(),
        () => false,
      );
      if (!isThere) throw error;
    }
  }

  return {
    read: (path) => fs.readFile(path),
    async makeFolder(path) {
      await makeWithParents(path);
      await fs.access(path, fs.constants.W_OK | fs.constants.X_OK);
    },
    async stage(path, bytes) {
      const temporary = `${path}.part`;
      const drop = () => fs.rm(temporary, { force: true });
      try {
        await fs.writeFile(temporary, bytes);
      } catch (error) {
        await drop();
        throw error;
      }
      return { path, keep: () => fs.rename(temporary, path), drop };
    },
    remove: (path) => fs.rm(path, { force: true }),
    exists: (path) =>
      fs.access(path).then(
        () => true,
        () => false,
      ),
    join: (folder, name) => paths.join(folder, name),
    folderOf: (path) => paths.dirname(path),
  };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

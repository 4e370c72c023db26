import type { Files } from './host';

/** What is used of `node:fs/promises`. */
interface FileSystem {
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, data: Uint8Array | string): Promise<void>;
  mkdir(path: string, options: { readonly recursive: true }): Promise<unknown>;
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
  return {
    read: (path) => fs.readFile(path),
    async makeFolder(path) {
      await fs.mkdir(path, { recursive: true });
      await fs.access(path, fs.constants.W_OK | fs.constants.X_OK);
    },
    async write(path, bytes) {
      const temporary = `${path}.part`;
      try {
        await fs.writeFile(temporary, bytes);
        await fs.rename(temporary, path);
      } catch (error) {
        await fs.rm(temporary, { force: true });
        throw error;
      }
    },
    exists: (path) =>
      fs.access(path).then(
        () => true,
        () => false,
      ),
    join: (folder, name) => paths.join(folder, name),
    folderOf: (path) => paths.dirname(path),
  };
}

import type { CheckpointStore } from '../runtime/api/engine/checkpoint-store';

/** What is used of `node:fs/promises`. */
export interface CheckpointFileSystem {
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  mkdir(path: string, options: { readonly recursive: true }): Promise<unknown>;
}

/**
 * Keeps checkpoints as files in a folder, which is made with the first of them. A file is written beside the old one and
 * takes its place when it is whole: a process that is killed meanwhile leaves the old one.
 */
export function checkpointsInFolder(
  folder: string,
  fs: CheckpointFileSystem,
  join: (folder: string, name: string) => string,
): CheckpointStore {
  const pathOf = (key: string): string => join(folder, `${key.slice(0, 16)}.checkpoint`);
  return {
    load: (key) => fs.readFile(pathOf(key)).catch(() => undefined),
    async save(key, bytes) {
      await fs.mkdir(folder, { recursive: true });
      await fs.writeFile(`${pathOf(key)}.new`, bytes);
      await fs.rename(`${pathOf(key)}.new`, pathOf(key));
    },
  };
}

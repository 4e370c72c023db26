import { joinBytes } from '../imaging/join-bytes';
import { maxFileBytes } from '../imaging/readers/index';
import { codeOf } from './failure-reason';
import { claimFolder, type FileSystemNow, type Processes } from './folder-claim';
import type { Files } from './host';

/** What is used of `node:fs/promises`. */
interface FileSystem {
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, data: Uint8Array, options: { readonly flag: 'r+' }): Promise<void>;
  mkdir(path: string): Promise<unknown>;
  stat(path: string): Promise<{ isDirectory(): boolean; isFile(): boolean }>;
  stat(path: string, options: { readonly bigint: true }): Promise<FileIdentity>;
  readdir(path: string): Promise<readonly string[]>;
  open(path: string): Promise<OpenFile>;
  access(path: string, mode?: number): Promise<void>;
  readonly constants: { readonly W_OK: number; readonly X_OK: number };
}

/** What tells a file apart from all others of the machine. */
interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** What is used of a file handle of Node's. */
interface OpenFile {
  read(into: Uint8Array): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/** What is used of `node:path`. */
interface Paths {
  join(folder: string, name: string): string;
  dirname(path: string): string;
}

/** Files of a folder that are looked at, and how much of each: enough to tell what they are. */
const startsRead = 16;
const startBytes = 256;

/** Folders within folders; links may lead round in circles. */
const deepestFolder = 8;

/** Read at a time of what does not say how much it holds. */
const chunkBytes = 2 ** 20;

/** What the disk is made of; the root and tests hand in Node's modules. */
export interface FilesParts {
  readonly fs: FileSystem;
  /** The same without waiting. */
  readonly now: FileSystemNow;
  readonly paths: Paths;
  readonly processes: Processes;
  /** Holds the paths that have to go when the program ends before its time. */
  readonly temporary: Set<string>;
  /** Holds the pipes and devices that are being read: whoever opens one may wait for ever. */
  readonly waiting: Set<string>;
  /** Larger files are not read. */
  readonly limitBytes?: number;
}

/** The command line's view of the disk. */
export function filesOf(parts: FilesParts): Files {
  const { fs, now, paths, processes, temporary, waiting, limitBytes = maxFileBytes } = parts;

  /** A pipe ends some time, a device such as /dev/zero never does. */
  async function readStream(path: string): Promise<Uint8Array> {
    const file = await fs.open(path);
    const chunk = new Uint8Array(chunkBytes);
    const parts: Uint8Array[] = [];
    let length = 0;
    try {
      for (;;) {
        const { bytesRead } = await file.read(chunk);
        if (bytesRead === 0) return joinBytes(parts);
        parts.push(chunk.slice(0, bytesRead));
        length += bytesRead;
        if (length > limitBytes) throw tooLarge(path);
      }
    } finally {
      await file.close();
    }
  }

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
    async read(path) {
      const found = await fs.stat(path);
      // What reading a folder rejects with says best that it is one.
      if (found.isFile() || found.isDirectory()) return fs.readFile(path);
      waiting.add(path);
      return readStream(path).finally(() => waiting.delete(path));
    },
    async startsIn(folder) {
      const names = await fs.readdir(folder).catch(() => []);
      const starts = names.slice(0, startsRead).map(async (name) => {
        const path = paths.join(folder, name);
        // Opening a pipe waits until somebody writes into it.
        if (!(await fs.stat(path)).isFile()) throw new Error(`${path} is no file.`);
        const file = await fs.open(path);
        const start = new Uint8Array(startBytes);
        const { bytesRead } = await file.read(start).finally(() => file.close());
        return start.subarray(0, bytesRead);
      });
      const read = await Promise.allSettled(starts);
      return read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    },
    async list(folder, most) {
      const isFolder = (path: string): Promise<boolean> =>
        fs.stat(path).then(
          (found) => found.isDirectory(),
          () => false,
        );
      if (!(await isFolder(folder))) return undefined;
      const found: string[] = [];
      const look = async (below: string, depth: number): Promise<void> => {
        for (const name of [...(await fs.readdir(paths.join(folder, below)))].sort()) {
          const inside = below === '' ? name : `${below}/${name}`;
          const isBelow = !name.startsWith('.') && (await isFolder(paths.join(folder, inside)));
          if (isBelow && depth < deepestFolder) await look(inside, depth + 1);
          else if (!isBelow) found.push(inside);
          if (found.length > most) throw tooMany(folder, most);
        }
      };
      await look('', 0);
      return found;
    },
    async makeFolder(path) {
      await makeWithParents(path);
      await fs.access(path, fs.constants.W_OK | fs.constants.X_OK);
    },
    async claim(folder) {
      return claimFolder(folder, { now, fs, join: paths.join, processes, temporary });
    },
    async identityOf(path) {
      try {
        const { dev, ino } = await fs.stat(path, { bigint: true });
        return `${dev}:${ino}`;
      } catch {
        return undefined;
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

/** As Node rejects a file that it will not read. */
function tooLarge(path: string): Error {
  const code = 'ERR_FS_FILE_TOO_LARGE';
  return Object.assign(new RangeError(`${path} is too large.`), { code });
}

/** In the words of the system's own errors. */
function tooMany(folder: string, most: number): Error {
  const code = 'EMFILE';
  return Object.assign(new RangeError(`${folder} holds more than ${most} files`), { code });
}

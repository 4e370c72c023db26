import { codeOf, failureReason } from './failure-reason';
import type { ClaimResult, FolderClaim } from './host';

/** What is used of `node:fs`, at once and without waiting. */
export interface FileSystemNow {
  readFileSync(path: string, encoding: 'utf8'): string;
  openSync(path: string, flag: 'wx'): number;
  writeFileSync(file: number, data: string): void;
  closeSync(file: number): void;
  lstatSync(path: string): { isFile(): boolean; isDirectory(): boolean; readonly mtimeMs: number };
  readdirSync(path: string): readonly string[];
  renameSync(from: string, to: string): void;
  rmSync(path: string, options: { readonly force: true }): void;
}

/** What is used of `node:fs/promises`. */
interface FileSystem {
  writeFile(path: string, data: Uint8Array, options: { readonly flag: 'r+' }): Promise<void>;
}

/** This program among the programs of the machine. */
export interface Processes {
  readonly pid: number;
  readonly hostName: string;
  /**
   * When a program began, in whatever way the system counts; empty where it does not tell, undefined where
   * there is no such program. Numbers of programs come again, these with another beginning.
   */
  birthOf(pid: number): string | undefined;
}

/** Who writes into a folder, as its lock says. */
interface Owner {
  readonly pid: number;
  readonly hostName: string;
  readonly born: string;
  /** What the names of its unfinished files begin with. */
  readonly token: string;
}

const lockName = '.weft-lock';

/** A lock is written at once after it is made; one that is still empty after so long was left by a crash. */
const unwrittenForMs = 10_000;

/** What is needed to claim a folder. */
export interface ClaimParts {
  readonly now: FileSystemNow;
  readonly fs: FileSystem;
  readonly join: (folder: string, name: string) => string;
  readonly processes: Processes;
  /** Told of each path that has to go when the program ends before its time, and when that is over. */
  readonly temporary: Set<string>;
}

/**
 * Claims a folder for one run, so that two of them never mix their files: a lock is made that only one
 * program can make. One that a crash left behind is taken over, with the unfinished files beside it. Files
 * are written under names that nobody can foresee, and only where nothing has the name: a link that
 * somebody planted is not followed.
 * @throws as Node does where nothing can be written there
 */
export function claimFolder(folder: string, parts: ClaimParts): ClaimResult {
  const { now, join, processes, temporary } = parts;
  const lockPath = join(folder, lockName);
  const token = `.weft-${globalThis.crypto.randomUUID()}`;
  const owner: Owner = {
    pid: processes.pid,
    hostName: processes.hostName,
    born: processes.birthOf(processes.pid) ?? '',
    token,
  };
  for (let tries = 0; tries < 3; tries += 1) {
    if (makeLock()) {
      temporary.add(lockPath);
      return { ok: true, claim: claimed(folder, token, lockPath, parts) };
    }
    const holder = holderOf(lockPath, parts);
    if (holder !== undefined) return { ok: false, lockPath, holder };
    takeAway();
  }
  return { ok: false, lockPath, holder: 'others try at the same time' };

  function makeLock(): boolean {
    let file: number;
    try {
      file = now.openSync(lockPath, 'wx');
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
    try {
      now.writeFileSync(file, `${JSON.stringify(owner)}\n`);
      return true;
    } catch (error) {
      now.rmSync(lockPath, { force: true });
      throw error;
    } finally {
      now.closeSync(file);
    }
  }

  /** Removes a lock that is nobody's any more, unless another run has just done so and made its own. */
  function takeAway(): void {
    const aside = join(folder, `${token}.lock`);
    const before = ownerIn(lockPath, now);
    try {
      now.renameSync(lockPath, aside);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      throw error;
    }
    const taken = ownerIn(aside, now);
    if (taken !== undefined && taken.token !== before?.token) {
      now.renameSync(aside, lockPath);
      return;
    }
    now.rmSync(aside, { force: true });
    if (taken === undefined) return;
    for (const name of now.readdirSync(folder)) {
      if (name.startsWith(taken.token)) now.rmSync(join(folder, name), { force: true });
    }
  }
}

function claimed(
  folder: string,
  token: string,
  lockPath: string,
  { now, fs, join, temporary }: ClaimParts,
): FolderClaim {
  const staged: { readonly name: string; readonly path: string }[] = [];
  const remove = (path: string): void => {
    now.rmSync(path, { force: true });
    temporary.delete(path);
  };
  const isHeld = (): boolean => ownerIn(lockPath, now)?.token === token;
  return {
    async stage(name, bytes) {
      const path = join(folder, `${token}-${staged.length}.part`);
      staged.push({ name, path });
      temporary.add(path);
      // Made before anything waits: a program that ends meanwhile knows that it is there.
      now.closeSync(now.openSync(path, 'wx'));
      await fs.writeFile(path, bytes, { flag: 'r+' });
    },
    publish(replaced) {
      const named: string[] = [];
      let writing = folder;
      if (!isHeld()) {
        return { ok: false, path: lockPath, reason: 'somebody took it away during the run' };
      }
      try {
        for (const { name } of staged) {
          writing = join(folder, name);
          if (isFolder(writing, now)) throw codedError('EISDIR');
        }
        for (const name of replaced) now.rmSync(join(folder, name), { force: true });
        for (const { name, path } of staged) {
          writing = join(folder, name);
          now.renameSync(path, writing);
          temporary.delete(path);
          named.push(writing);
        }
      } catch (error) {
        for (const path of named) now.rmSync(path, { force: true });
        if (codeOf(error) === undefined) throw error;
        return { ok: false, path: writing, reason: failureReason(error) };
      }
      return { ok: true, paths: named };
    },
    release() {
      for (const { path } of staged) remove(path);
      if (isHeld()) now.rmSync(lockPath, { force: true });
      temporary.delete(lockPath);
    },
  };
}

/** Who holds the lock, in words that complete "is written by …"; undefined where it is nobody's any more. */
function holderOf(lockPath: string, { now, processes }: ClaimParts): string | undefined {
  let ageMs: number;
  try {
    const found = now.lstatSync(lockPath);
    if (!found.isFile()) return 'something that is no lock of Weft';
    // The clock of a disk elsewhere may be another one; a lock from the future is not old.
    ageMs = Date.now() - found.mtimeMs;
  } catch {
    return undefined;
  }
  const owner = ownerIn(lockPath, now);
  if (owner === undefined) {
    return ageMs < unwrittenForMs ? 'a run that has just begun' : undefined;
  }
  const { pid, hostName, born } = owner;
  if (hostName !== processes.hostName) return `process ${pid} on the machine "${hostName}"`;
  const alive = processes.birthOf(pid);
  if (alive === undefined || (alive !== '' && born !== '' && alive !== born)) return undefined;
  return `process ${pid}`;
}

function ownerIn(lockPath: string, now: FileSystemNow): Owner | undefined {
  try {
    if (!now.lstatSync(lockPath).isFile()) return undefined;
    const owner = JSON.parse(now.readFileSync(lockPath, 'utf8')) as Partial<Owner> | null;
    const { pid, hostName, born, token } = owner ?? {};
    const isWhole =
      Number.isInteger(pid) &&
      [hostName, born].every((text) => typeof text === 'string') &&
      /^\.weft-[0-9a-f-]{36}$/.test(token ?? '');
    return isWhole ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}

function isFolder(path: string, now: FileSystemNow): boolean {
  try {
    return now.lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}

function codedError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

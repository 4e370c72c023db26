import { codeOf } from './failure-reason';
import type { Processes } from './folder-claim';

/** What is used of Node's `process`, `os` and `fs`. */
interface System {
  readonly pid: number;
  readonly hostName: string;
  /** Rejects with `ESRCH` where there is no such program; sends nothing. */
  kill(pid: number, signal: 0): unknown;
  readText(path: string): string;
}

/** The programs of this machine. */
export function processesOf({ pid, hostName, kill, readText }: System): Processes {
  return {
    pid,
    hostName,
    birthOf(asked) {
      try {
        kill(asked, 0);
      } catch (error) {
        if (codeOf(error) === 'ESRCH') return undefined;
      }
      try {
        // Linux: "pid (name) state … start", the 22nd field, in ticks since the machine began; see proc(5).
        const fields = readText(`/proc/${asked}/stat`).split(') ').at(-1)?.split(' ') ?? [];
        return fields[0] === 'Z' ? undefined : (fields[19] ?? '');
      } catch {
        return '';
      }
    },
  };
}

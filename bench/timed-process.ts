import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process took, from its start to its end. */
export interface ProcessUse {
  readonly seconds: number;
  /** User and system time of all threads; not a number where the system does not tell. */
  readonly processorSeconds: number;
  readonly peakBytes: number;
}

/** Ticks of Linux's processor times, a second. */
const ticks = 100;
const lookEveryMs = 5;

/**
 * Runs a program to its end.
 * @returns what it took and what it printed on standard output
 * @throws Error where it fails, with what it said
 */
export async function timedProcess(
  program: string,
  args: readonly string[],
): Promise<ProcessUse & { readonly said: string }> {
  const startedMs = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [said, told] = ['', ''];
  child.stdout.on('data', (part) => {
    said += part;
  });
  child.stderr.on('data', (part) => {
    told += part;
  });
  let seen = { processorSeconds: Number.NaN, peakBytes: Number.NaN };
  const looking = setInterval(() => {
    seen = usageOf(child) ?? seen;
  }, lookEveryMs);
  try {
    const status = await new Promise((ended, failed) => {
      child.on('error', failed);
      child.on('close', ended);
    });
    const seconds = (performance.now() - startedMs) / 1000;
    if (status !== 0) throw new Error(`${program} ended with ${status}.\n${told}`);
    return { seconds, ...seen, said };
  } finally {
    clearInterval(looking);
  }
}

/** What a process has used so far, where the system tells (Linux: proc(5)). */
function usageOf({
  pid,
}: ChildProcess): Pick<ProcessUse, 'processorSeconds' | 'peakBytes'> | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    // The 14th and 15th field; the first two are gone. A process that ends has no memory any more.
    const processorSeconds = (Number(fields[11]) + Number(fields[12])) / ticks;
    return peak ? { processorSeconds, peakBytes: 1024 * Number(peak[1]) } : undefined;
  } catch {
    return undefined;
  }
}

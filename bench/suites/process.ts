import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bytesText } from '../../src/cli/format-table';
import type { BenchHost } from '../host';
import { realPair } from '../pairs';
import type { Section } from '../report';
import { spreadOf } from '../statistics';

/** A command that is timed, from the start of its process to its end. */
interface Command {
  readonly name: string;
  readonly recipe: string;
  readonly settings: readonly string[];
}

const commands: readonly Command[] = [
  { name: 'affine', recipe: 'brain-t1-affine', settings: [] },
  {
    name: 'greedy, 100/50/10',
    recipe: 'brain-t1-greedy',
    settings: ['field-levels.iterations=[100,50,10]', 'field-levels.convergence=0'],
  },
  {
    name: 'SyN, 100/50/10',
    recipe: 'fireants-syn',
    settings: ['field-levels.iterations=[100,50,10]', 'field-levels.convergence=0'],
  },
  { name: 'Greedy, as the program', recipe: 'greedy', settings: [] },
  { name: 'NiftyReg, as the program', recipe: 'niftyreg', settings: [] },
  { name: 'elastix, as the program', recipe: 'elastix', settings: [] },
];

/** One run of a program as a process. */
interface Timed {
  readonly seconds: number;
  /** User and system time of all threads. */
  readonly processorSeconds: number;
  readonly peakBytes: number;
  /** Seconds of the run and of its nodes, as the program tells them. */
  readonly run: Readonly<Record<string, number>>;
  readonly correlation: number;
  /** SHA-256 of the warped image. */
  readonly warped: string;
}

const runs = 5;
/** Ticks of Linux's processor times, a second. */
const ticks = 100;
const lookEveryMs = 5;

/** Times `weft run` of what was built, and of another clone's in turn, where one is named. */
export async function timedProcesses({ options, threads }: BenchHost): Promise<readonly Section[]> {
  const title = `Processes, ${options.device}, ${threads} threads`;
  const columns = [
    'command, program',
    'median',
    'min',
    'processor',
    'run',
    'beside it',
    'memory',
    'ncc',
  ];
  const pair = realPair('head-2mm');
  if ('skipped' in pair) {
    return [{ title, columns, rows: [], notes: [`skipped ${pair.skipped}`], data: [] }];
  }
  const programs = [
    { name: 'this', folder: resolve('.') },
    ...(options.against ? [{ name: options.against, folder: resolve(options.against) }] : []),
  ];
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
  const rows: string[][] = [];
  const notes: string[] = ['beside it: start of the program, reading, compiling, writing'];
  const failures: string[] = [];
  const data: object[] = [];
  try {
    const inputs = Object.entries(pair.files ?? {}).flatMap(([id, bytes]) => {
      const path = join(folder, `${id}.nii.gz`);
      writeFileSync(path, bytes);
      return ['--input', `${id}=${path}`];
    });
    for (const { name, recipe, settings } of commands) {
      const times = new Map<string, Timed[]>(programs.map((program) => [program.name, []]));
      for (let time = 0; time < (options.quick ? 1 : runs); time += 1) {
        for (const program of programs) {
          const out = join(folder, 'out');
          const args = [
            ...['run', join(program.folder, 'pipelines', `${recipe}.json`), ...inputs],
            ...['--out', out, '--device', options.device, '--threads', String(threads), '--json'],
            ...settings.flatMap((setting) => ['--set', setting]),
          ];
          times
            .get(program.name)
            ?.push(await timed(join(program.folder, 'bin/weft.js'), args, out));
        }
      }
      for (const [program, all] of times) {
        const of = (value: (one: Timed) => number) => spreadOf(all.map(value));
        const seconds = of((one) => one.seconds);
        const run = of((one) => one.run.total ?? 0).median;
        const part = (text: string, value: number) => `${text} ${value.toFixed(2)}`;
        rows.push([
          `${name}, ${program}`,
          secondsText(seconds.median),
          secondsText(seconds.min),
          secondsText(of((one) => one.processorSeconds).median),
          secondsText(run),
          secondsText(of((one) => one.seconds - (one.run.total ?? 0)).median),
          bytesText(of((one) => one.peakBytes).median),
          (all[0]?.correlation ?? Number.NaN).toFixed(4),
        ]);
        const nodes = Object.keys(all[0]?.run ?? {}).filter((node) => node !== 'total');
        const parts = nodes.map((node) => part(node, of((one) => one.run[node] ?? 0).median));
        notes.push(`${name}, ${program}, seconds by node: ${parts.join(', ')}`);
        data.push({ command: name, program, runs: all });
        if (new Set(all.map(({ warped }) => warped)).size > 1) {
          failures.push(`${name}, ${program}: two runs differ`);
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return [{ title, columns, rows, notes, failures, data }];
}

/** @throws Error where the program fails */
async function timed(program: string, args: readonly string[], out: string): Promise<Timed> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
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
  const status = await new Promise((ended) => child.on('close', ended));
  const seconds = (performance.now() - startedMs) / 1000;
  clearInterval(looking);
  if (status !== 0) throw new Error(`${program} ended with ${status}.\n${told}`);
  const { seconds: run, metrics } = JSON.parse(said) as {
    readonly seconds: Readonly<Record<string, number>>;
    readonly metrics: Readonly<Record<string, number>>;
  };
  const warped = readFileSync(join(out, 'warped.nii.gz'));
  return {
    seconds,
    ...seen,
    run,
    correlation: metrics.ncc ?? Number.NaN,
    warped: createHash('sha256').update(warped).digest('hex'),
  };
}

/** What a process has used so far, where the system tells (Linux: proc(5)). */
function usageOf({ pid }: ChildProcess): Pick<Timed, 'processorSeconds' | 'peakBytes'> | undefined {
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

const secondsText = (seconds: number): string => `${seconds.toFixed(2)} s`;

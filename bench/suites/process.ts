import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bytesText } from '../../src/cli/format-table';
import { measureCopyBandwidth } from '../copy-bandwidth';
import type { BenchHost } from '../host';
import { correlationOfFiles, reducedImage } from '../image-files';
import { type Pair, type RealPairName, realPair } from '../pairs';
import { findProgram, type PeerCommand, peerCommands } from '../peer-programs';
import { bandwidthText, type Section } from '../report';
import { type Spread, spreadOf } from '../statistics';
import { type ProcessUse, timedProcess } from '../timed-process';

/** A command that is timed, from the start of its process to its end. */
interface Command {
  readonly name: string;
  readonly recipe: string;
  readonly settings: readonly string[];
  /** The pair; `head-2mm` without. */
  readonly pair?: RealPairName;
  /** Voxels along each axis to which both images are reduced; whole without. */
  readonly sizeVoxels?: number;
}

const fullIterations = ['field-levels.iterations=[100,50,10]', 'field-levels.convergence=0'];
const commands: readonly Command[] = [
  { name: 'affine', recipe: 'brain-t1-affine', settings: [] },
  { name: 'greedy, 100/50/10', recipe: 'brain-t1-greedy', settings: fullIterations },
  { name: 'SyN, 100/50/10', recipe: 'fireants-syn', settings: fullIterations },
  { name: 'Greedy, as the program', recipe: 'greedy', settings: [] },
  { name: 'Greedy with a velocity, as the program', recipe: 'greedy-svf', settings: [] },
  { name: 'NiftyReg, as the program', recipe: 'niftyreg', settings: [] },
  { name: 'elastix, as the program', recipe: 'elastix', settings: [] },
  { name: 'ConvexAdam at 64³', recipe: 'convexadam', settings: [], pair: 'vxm', sizeVoxels: 64 },
];

/** One run of a program. */
interface Timed extends ProcessUse {
  /** Seconds of the run and of its nodes, where the program tells them. */
  readonly run: Readonly<Record<string, number>>;
  readonly correlation: number;
  /** SHA-256 of the warped image. */
  readonly warped: string;
}

/** Runs one of the things that are timed in turn. */
interface Program {
  readonly name: string;
  /** Two runs give the same bytes. */
  readonly repeats: boolean;
  readonly run: () => Promise<Timed>;
}

/** Where the images of a pair lie. */
interface ImagePaths {
  readonly fixed: string;
  readonly moving: string;
}

const runs = 5;
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

/**
 * Times `weft run` of what was built and, in turn with it, of another clone's and of the programs of others that do the
 * same, where they are named or found.
 */
export async function timedProcesses(host: BenchHost): Promise<readonly Section[]> {
  const { options, threads } = host;
  const title = `Processes, ${options.device}, ${threads} threads`;
  const rows: string[][] = [];
  const copy = await copyBandwidth(host);
  const notes: string[] = [
    'beside it: start of the program, reading, compiling, writing',
    `copy bandwidth, before: ${bandwidthText(copy)}`,
  ];
  const failures: string[] = [];
  const data: object[] = [{ copyBytesPerSecond: copy }];
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
  try {
    for (const command of commands) {
      if (options.only !== undefined && options.only !== command.recipe) continue;
      const pair = realPair(command.pair ?? 'head-2mm');
      if ('skipped' in pair) {
        notes.push(`skipped ${command.name}, ${pair.skipped}`);
        continue;
      }
      const images = writeImages(folder, pair, command.sizeVoxels);
      const { programs, absent } = programsOf(host, command, images, join(folder, 'out'));
      notes.push(...absent);
      const times = await inTurn(programs, options.quick ? 1 : runs);
      const ours = spreadOf(times[0]?.map(({ seconds }) => seconds) ?? []);
      for (const [index, program] of programs.entries()) {
        const all = times[index] ?? [];
        const name = `${command.name}, ${program.name}`;
        rows.push(rowOf(name, all, index === 0 ? undefined : ours));
        notes.push(...nodesNote(name, all));
        data.push({ command: command.name, program: program.name, runs: all });
        if (program.repeats && new Set(all.map(({ warped }) => warped)).size > 1) {
          failures.push(`${name}: two runs differ`);
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return [{ title, columns, rows, notes, failures, data }];
}

/** Bytes a second: how fast the machine was. */
async function copyBandwidth(host: BenchHost): Promise<number> {
  const device = await host.openDevice();
  try {
    return (await measureCopyBandwidth(device, host.options.quick)).median;
  } finally {
    await device.destroy();
  }
}

function writeImages(
  folder: string,
  { name, files = {} }: Pair,
  sizeVoxels: number | undefined,
): ImagePaths {
  const write = (id: 'fixed' | 'moving'): string => {
    const path = join(folder, `${name}-${id}-${sizeVoxels ?? 'whole'}.nii.gz`);
    const bytes = files[id] ?? new Uint8Array();
    writeFileSync(path, sizeVoxels === undefined ? bytes : reducedImage(bytes, sizeVoxels));
    return path;
  };
  return { fixed: write('fixed'), moving: write('moving') };
}

function programsOf(
  { options, threads }: BenchHost,
  command: Command,
  images: ImagePaths,
  out: string,
): { readonly programs: readonly Program[]; readonly absent: readonly string[] } {
  const weft = (name: string, folder: string): Program => ({
    name,
    repeats: true,
    run: () =>
      runWeft(
        join(folder, 'bin/weft.js'),
        [
          ...['run', join(folder, 'pipelines', `${command.recipe}.json`)],
          ...['--input', `fixed=${images.fixed}`, '--input', `moving=${images.moving}`],
          ...['--out', out, '--device', options.device, '--threads', String(threads), '--json'],
          ...command.settings.flatMap((setting) => ['--set', setting]),
        ],
        images,
        out,
      ),
  });
  const same = peerCommands.filter(({ beside }) => options.peers && beside === command.name);
  const found = same.map((peer) => ({
    peer,
    paths: peer.programs.map((name) => findProgram(name, options.peers?.split(':') ?? [])),
  }));
  return {
    programs: [
      weft('this', resolve('.')),
      ...(options.against ? [weft(options.against, resolve(options.against))] : []),
      ...found
        .filter(({ paths }) => !paths.includes(undefined))
        .map(({ peer }): Program => {
          const run = () => runPeer(peer, options.peers ?? '', { ...images, threads, folder: out });
          return { name: peer.name, repeats: false, run };
        }),
    ],
    absent: found
      .filter(({ paths }) => paths.includes(undefined))
      .map(({ peer }) => `left out ${peer.name}: no program ${peer.programs.join(' and ')} here`),
  };
}

/** Times of each program, in turn: what slows the machine down for a while slows them all. */
async function inTurn(
  programs: readonly Program[],
  times: number,
): Promise<readonly (readonly Timed[])[]> {
  const all = programs.map((): Timed[] => []);
  for (let time = 0; time < times; time += 1) {
    for (const [index, program] of programs.entries()) all[index]?.push(await program.run());
  }
  return all;
}

async function runWeft(
  program: string,
  args: readonly string[],
  { fixed }: ImagePaths,
  out: string,
): Promise<Timed> {
  const { said, ...use } = await timedProcess(process.execPath, [program, ...args]);
  const { seconds: run } = JSON.parse(said) as {
    readonly seconds: Readonly<Record<string, number>>;
  };
  return { ...use, run, ...resultOf(fixed, join(out, 'warped.nii.gz')) };
}

async function runPeer(
  peer: PeerCommand,
  folders: string,
  files: ImagePaths & { readonly threads: number; readonly folder: string },
): Promise<Timed> {
  rmSync(files.folder, { recursive: true, force: true });
  mkdirSync(files.folder, { recursive: true });
  let sum: ProcessUse = { seconds: 0, processorSeconds: 0, peakBytes: 0 };
  for (const [name = '', ...args] of peer.steps(files)) {
    const used = await timedProcess(findProgram(name, folders.split(':')) ?? name, args);
    sum = {
      seconds: sum.seconds + used.seconds,
      processorSeconds: sum.processorSeconds + used.processorSeconds,
      peakBytes: Math.max(sum.peakBytes, used.peakBytes),
    };
  }
  return { ...sum, run: {}, ...resultOf(files.fixed, join(files.folder, peer.warped)) };
}

function resultOf(fixed: string, warped: string): Pick<Timed, 'correlation' | 'warped'> {
  const bytes = readFileSync(warped);
  return {
    correlation: correlationOfFiles(readFileSync(fixed), bytes),
    warped: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** @param ours times of what was built here, where this is another program's row */
function rowOf(name: string, all: readonly Timed[], ours: Spread | undefined): string[] {
  const of = (value: (one: Timed) => number) => spreadOf(all.map(value));
  const seconds = of((one) => one.seconds);
  const ratio = ours === undefined ? '' : ` (×${(seconds.median / ours.median).toFixed(2)})`;
  const told = all.every(({ run }) => run.total !== undefined);
  return [
    name,
    `${secondsText(seconds.median)}${ratio}`,
    secondsText(seconds.min),
    secondsText(of((one) => one.processorSeconds).median),
    told ? secondsText(of((one) => one.run.total ?? 0).median) : '-',
    told ? secondsText(of((one) => one.seconds - (one.run.total ?? 0)).median) : '-',
    bytesText(of((one) => one.peakBytes).median),
    of((one) => one.correlation).median.toFixed(4),
  ];
}

function nodesNote(name: string, all: readonly Timed[]): readonly string[] {
  const nodes = Object.keys(all[0]?.run ?? {}).filter((node) => node !== 'total');
  if (nodes.length === 0) return [];
  const median = (node: string) => spreadOf(all.map(({ run }) => run[node] ?? 0)).median;
  return [
    `${name}, seconds by node: ${nodes.map((node) => `${node} ${median(node).toFixed(2)}`).join(', ')}`,
  ];
}

const secondsText = (seconds: number): string => `${seconds.toFixed(2)} s`;

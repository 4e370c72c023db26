import * as now from 'node:fs';
import * as fs from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { availableParallelism, hostname, totalmem } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { version } from '../../package.json';
import type { EngineApi } from '../runtime/api/engine/engine-api';
import { engineWish } from './arguments';
import { connectEngineThread, type EngineThreadOptions } from './engine-thread';
import { type ExitStatus, exitStatus } from './exit-status';
import { hasGraphicsLibrary } from './graphics-library';
import type { Host, ParseArgs } from './host';
import { interruptionsOf, signalOf } from './interruptions';
import { tellMachineFault } from './machine-fault';
import { processesOf } from './processes';
import { terminalOf } from './terminal';

type EngineOptions = Parameters<Host['openEngine']>[0];

const args = process.argv.slice(2);
const processors = availableParallelism();
const parse: ParseArgs = (asked) =>
  parseArgs({ args: [...asked.args], options: asked.options, allowPositionals: true });

function gpuFor(device: EngineOptions['device']): EngineThreadOptions['gpu'] {
  if (device === 'cpu') return 'The recipe runs on the cpu device.';
  const noLibrary = 'The Vulkan loader (libvulkan.so.1) is not on this machine.';
  return hasGraphicsLibrary(process) ? 'look' : noLibrary;
}

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

function startEngine({ device, threads, checkpoints }: EngineOptions, runs = false): EngineApi {
  const workerData: EngineThreadOptions = {
    gpu: gpuFor(device),
    threads,
    memoryBytes: totalmem(),
    packageFolder,
    ...(checkpoints === undefined ? {} : { checkpoints }),
    ...(runs ? { runsOn: device } : {}),
  };
  const entry = new URL('./engine-worker.js', import.meta.url);
  return connectEngineThread(new Worker(entry, { workerData }));
}

// The engine's thread is begun before the rest of the program is read, so that both load at once.
const wish = engineWish(args, parse);
const begun = wish && {
  device: wish.device,
  threads: wish.threads ?? processors,
  ...(wish.checkpoints === undefined ? {} : { checkpoints: wish.checkpoints }),
};
const engine = begun && startEngine(begun, wish.runs);

/** What must not stay behind, however the program ends. */
const temporary = new Set<string>();
/** Pipes and devices that are being read. */
const waiting = new Set<string>();
const removeTemporary = (): void => {
  for (const file of temporary) now.rmSync(file, { force: true });
};
process.on('exit', removeTemporary);

/**
 * Ends the program. Node's own way waits for its threads, of which one may wait for a pipe into which nobody
 * writes; then the signal that ended the run ends the program too, which shells report as the same status.
 */
function leave(status: ExitStatus): void {
  const signal = signalOf(status);
  if (waiting.size === 0 || signal === undefined) process.exit(status);
  removeTemporary();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

const processes = processesOf({
  pid: process.pid,
  hostName: hostname(),
  kill: (pid, signal) => process.kill(pid, signal),
  readText: (file) => now.readFileSync(file, 'utf8'),
});

/** Asks an address. Most runs ask none, and what that takes is slow to load. */
const fetch: Host['fetch'] = async (address) => {
  const [{ request }, { lookup }, { isPublicAddress }, { publicFetchOf }] = await Promise.all([
    import('node:https'),
    import('node:dns'),
    import('../imaging/public-hosts'),
    import('./public-fetch'),
  ]);
  const ask = publicFetchOf({
    request: (url, options, answered) => request(url, options as RequestOptions, answered),
    lookup: (name, options, done) => lookup(name, options, done),
    isAllowed: isPublicAddress,
  });
  return ask(address);
};

/** How the program ends; nothing while it works. */
const ending: { status?: ExitStatus } = {};
/** A run that went well ends as its output does: results that nobody could write are no success. */
const end = (otherwise: ExitStatus): void =>
  leave(ending.status === exitStatus.done ? otherwise : (ending.status ?? otherwise));

const terminal = terminalOf(process.stdout, process.stderr, end);

/** Reads the rest of the program and does what the arguments say. */
async function runProgram(): Promise<ExitStatus> {
  const [{ runCommandLine }, { filesOf }] = await Promise.all([
    import('./command-line'),
    import('./files'),
  ]);
  return runCommandLine(args, {
    version,
    packageFolder,
    processors,
    terminal,
    files: filesOf({ fs, now, paths: path, processes, temporary, waiting }),
    fetch,
    parseArgs: parse,
    async openEngine(options) {
      const isBegun =
        options.device === begun?.device &&
        options.threads === begun.threads &&
        options.checkpoints === begun.checkpoints;
      return isBegun && engine ? engine : startEngine(options);
    },
    onInterrupt: interruptionsOf(process, leave),
    now: () => new Date(),
  });
}

ending.status = await runProgram().catch((error: unknown) => {
  // The program may open no more files, of which its own are some.
  const status = tellMachineFault(error, args, terminal);
  if (status === undefined) throw error;
  return status;
});
// Threads and graphics would keep the process alive; what was printed goes out first, and where it
// cannot, the terminal says so and ends the program.
process.stdout.write('', (error) => error ?? end(exitStatus.done));

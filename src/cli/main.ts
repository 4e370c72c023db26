import * as fs from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { version } from '../../package.json';
import { nodeRegistry } from '../nodes/index';
import type { PoolThread } from '../runtime/cpu/pool-worker';
import { nodePoolThread } from '../runtime/cpu/threads';
import { deviceOpeners } from '../runtime/device-openers';
import { createSession } from '../runtime/session';
import { runCommandLine } from './command-line';
import { filesOf } from './files';
import { hasGraphicsLibrary } from './graphics-library';
import { terminalOf } from './terminal';

/** Dawn's way to the graphics cards; undefined where its native library does not load. */
async function openGpu(): Promise<GPU | undefined> {
  if (!hasGraphicsLibrary(process)) return undefined;
  try {
    const dawn = await import('webgpu');
    const gpu = dawn.create([]);
    // Once this object is collected Dawn crashes or hangs: out of reach for collector and bundler.
    Object.assign(globalThis, dawn.globals, { keptGpu: gpu });
    return gpu;
  } catch {
    return undefined;
  }
}

function spawnThread(): PoolThread {
  return nodePoolThread(new Worker(new URL('./cpu-worker.js', import.meta.url)));
}

const status = await runCommandLine(process.argv.slice(2), {
  version,
  packageFolder: fileURLToPath(new URL('../..', import.meta.url)),
  processors: availableParallelism(),
  terminal: terminalOf(process.stdout, process.stderr, (status) => process.exit(status)),
  files: filesOf(fs, path),
  fetch,
  parseArgs: ({ args, options }) => parseArgs({ args: [...args], options, allowPositionals: true }),
  async openEngine({ device, threads }) {
    const gpu = device === 'auto' || device === 'gpu' ? await openGpu() : undefined;
    const devices = deviceOpeners({ gpu, spawnThread, threads, memoryBytes: totalmem() });
    // One run, and nothing after it.
    return createSession({ registry: nodeRegistry, devices, maxResultBytes: 0 });
  },
  onInterrupt: (handler) => void process.removeAllListeners('SIGINT').once('SIGINT', handler),
  now: () => new Date(),
});
// Threads and graphics would keep the process alive; what was printed goes out first, and where it
// cannot, the terminal says so and ends the program.
process.stdout.write('', (error) => error ?? process.exit(status));

import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { hasGraphicsLibrary } from '../src/cli/graphics-library';
import { nodeRegistry } from '../src/nodes/index';
import { createCpuDevice } from '../src/runtime/cpu/device';
import type { PoolThread } from '../src/runtime/cpu/pool-worker';
import { nodePoolThread } from '../src/runtime/cpu/threads';
import { deviceOpeners } from '../src/runtime/device-openers';
import type { Device } from '../src/runtime/devices';
import { openGpuDevice } from '../src/runtime/gpu/device';
import { createSession, type Session } from '../src/runtime/session';
import { hasCarriedChromium, vulkanEnvironment } from '../test/support/swiftshader';
import type { BenchOptions } from './options';

/** Opens what is measured. Whoever opens a device or a session destroys it. */
export interface BenchHost {
  readonly options: BenchOptions;
  readonly threads: number;
  openDevice(): Promise<Device>;
  openSession(): Session;
}

/**
 * Makes the machine's devices ready.
 * @throws Error where the gpu device is asked for and there is none
 */
export async function openHost(options: BenchOptions): Promise<BenchHost> {
  const threads = options.threads ?? availableParallelism();
  const gpu = options.device === 'gpu' ? await openDawn() : undefined;
  return {
    options,
    threads,
    async openDevice() {
      if (gpu === undefined) return createCpuDevice({ threads, spawnThread });
      const opened = await openGpuDevice(gpu);
      if ('missingBecause' in opened) throw new Error(opened.missingBecause);
      return opened;
    },
    openSession: () =>
      createSession({
        registry: nodeRegistry,
        devices: deviceOpeners({ gpu, spawnThread, threads }),
      }),
  };
}

/**
 * Where Dawn would find no Vulkan, starts the benchmark again with the software driver that npm
 * brings: the dynamic linker reads its variables only when a process starts.
 * @returns the exit status of that run, or undefined where this process can go on itself
 */
export function runWithSoftwareVulkan(): number | undefined {
  const started = process.env.WEFT_BENCH_STARTED !== undefined;
  if (started || hasGraphicsLibrary(process) || !hasCarriedChromium) return undefined;
  const { status } = spawnSync(process.execPath, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, ...vulkanEnvironment(), WEFT_BENCH_STARTED: '1' },
  });
  return status ?? 1;
}

async function openDawn(): Promise<GPU> {
  const dawn = await import('webgpu');
  const gpu = dawn.create([]);
  // Once this object is collected Dawn crashes or hangs: out of reach for collector and bundler.
  Object.assign(globalThis, dawn.globals, { keptGpu: gpu });
  return gpu;
}

function spawnThread(): PoolThread {
  return nodePoolThread(new Worker(new URL('./cpu-worker.js', import.meta.url)));
}

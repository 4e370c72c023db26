import { parentPort, Worker, workerData } from 'node:worker_threads';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter';
import { nodeRegistry } from '../nodes/index';
import type { PoolThread } from '../runtime/cpu/pool-worker';
import { nodePoolThread } from '../runtime/cpu/threads';
import { deviceOpeners } from '../runtime/device-openers';
import { createSession } from '../runtime/session';
import type { EngineThreadOptions } from './engine-thread';

/** Entry of the thread on which the engine works, so that the command line's own stays free to listen. */

/** Dawn's way to the graphics cards; undefined where its native library does not load. */
async function openGpu(): Promise<GPU | undefined> {
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

if (parentPort) {
  const { mayUseGpu, threads, memoryBytes } = workerData as EngineThreadOptions;
  const gpu = mayUseGpu ? await openGpu() : undefined;
  const devices = deviceOpeners({ gpu, spawnThread, threads, memoryBytes });
  Comlink.expose(createSession({ registry: nodeRegistry, devices }), nodeEndpoint(parentPort));
}

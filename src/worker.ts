import * as Comlink from 'comlink';
import { nodeRegistry } from './nodes/index';
import type { FromPoolThread, PoolThread } from './runtime/cpu/pool-worker';
import { createSession } from './runtime/session';

/** A pool thread of the CPU device as a worker of this worker. */
function spawnThread(): PoolThread {
  const worker = new Worker(new URL('./cpu-worker.ts', import.meta.url), { type: 'module' });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (handler) => {
      worker.onmessage = ({ data }: MessageEvent<FromPoolThread>) => handler(data);
    },
    onFailure: (handler) => {
      worker.onerror = (event) => handler(event.message || 'the worker could not start');
    },
    terminate: () => worker.terminate(),
  };
}

const session = createSession({
  registry: nodeRegistry,
  gpu: navigator.gpu,
  // Without cross-origin isolation memory cannot be shared, and one thread does it all.
  spawnThread: crossOriginIsolated ? spawnThread : undefined,
  threads: navigator.hardwareConcurrency || 1,
});

Comlink.expose(session);

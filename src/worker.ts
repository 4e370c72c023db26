import * as Comlink from 'comlink';
import { nodeRegistry } from './nodes/index';
import { holdLife } from './runtime/api/worker-life';
import type { PoolThread } from './runtime/cpu/pool-worker';
import { webPoolThread } from './runtime/cpu/threads';
import { deviceOpeners } from './runtime/device-openers';
import { checkpointsInBrowser } from './runtime/networks/training/checkpoints-in-browser';
import { createSession } from './runtime/session';

/** A pool thread of the CPU device as a worker of this worker. */
function spawnThread(): PoolThread {
  return webPoolThread(new Worker(new URL('./cpu-worker.ts', import.meta.url), { type: 'module' }));
}

/** Addresses of the files of networks that come with Weft, by name; each is fetched when a recipe asks for it. */
const networkUrls = import.meta.glob<string>('../networks/*.zip', {
  query: '?url',
  import: 'default',
  eager: true,
});

async function bundled(name: string): Promise<Uint8Array | undefined> {
  const url = networkUrls[`../networks/${name}.zip`];
  const answer = url === undefined ? undefined : await fetch(url);
  return answer?.ok ? new Uint8Array(await answer.arrayBuffer()) : undefined;
}

/** Not every browser tells, and none tells more than a few GiB: what is usual then. */
const { deviceMemory = 8 } = navigator as { readonly deviceMemory?: number };

/** Of the memory, what results of earlier runs may take. */
const shareForResults = 1 / 8;

const session = createSession({
  maxResultBytes: deviceMemory * 2 ** 30 * shareForResults,
  registry: nodeRegistry,
  checkpoints: checkpointsInBrowser(),
  bundled,
  devices: deviceOpeners({
    gpu: navigator.gpu,
    // Without cross-origin isolation memory cannot be shared, and one thread does it all.
    spawnThread: crossOriginIsolated ? spawnThread : undefined,
    threads: navigator.hardwareConcurrency || 1,
    memoryBytes: deviceMemory * 2 ** 30,
  }),
});

Comlink.expose(session);
holdLife((sign) => self.postMessage(sign));

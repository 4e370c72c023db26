import type { Device } from '../devices';
import { CpuExecution } from './execution';
import { ThreadPool } from './pool';
import type { PoolThread } from './pool-worker';

export interface CpuDeviceOptions {
  /** Threads to use; 1 where memory cannot be shared. */
  readonly threads: number;
  /** Starts a pool thread; left out, everything runs on the calling thread in slices. */
  readonly spawnThread?: () => PoolThread;
  /** Memory that plans may use, bytes. */
  readonly maxTotalBytes?: number;
}

/** The CPU device: runs plans by plain loops, on a pool of threads where memory can be shared. */
export function createCpuDevice(options: CpuDeviceOptions): Device {
  const { spawnThread } = options;
  const threads = spawnThread ? Math.max(1, options.threads) : 1;
  let pool: ThreadPool | undefined;
  /** The pool, where there is more than one thread; a new one where the last is broken. */
  const readyPool = (): ThreadPool | undefined => {
    if (pool?.isBroken) {
      pool.terminate();
      pool = undefined;
    }
    if (spawnThread && threads > 1) pool ??= new ThreadPool(threads, spawnThread);
    return pool;
  };
  return {
    kind: 'cpu',
    name: threads === 1 ? 'CPU, 1 thread' : `CPU, ${threads} threads`,
    threads,
    limits: {
      maxBufferBytes: 2 ** 31,
      ...(options.maxTotalBytes === undefined ? {} : { maxTotalBytes: options.maxTotalBytes }),
    },
    ...(threads === 1
      ? {}
      : {
          threadsForTensors: {
            threads,
            lend: (service) => readyPool()?.lend(service) ?? (() => false),
          },
        }),
    expectRun() {
      try {
        readyPool();
      } catch {
        // The run tries again, and says why there is none.
      }
    },
    async prepare(plan) {
      return new CpuExecution(plan, readyPool());
    },
    destroy() {
      pool?.terminate();
      pool = undefined;
    },
  };
}

import { createCpuDevice } from './cpu/device';
import type { PoolThread } from './cpu/pool-worker';
import type { DeviceOpener } from './devices';
import { openGpuDevice } from './gpu/device';

/** What differs between page and terminal; the roots hand it in. */
export interface Machine {
  /** The page's `navigator.gpu`, or Dawn's in Node; undefined where there is none. */
  readonly gpu: GPU | undefined;
  /** Starts a pool thread; undefined where memory cannot be shared. */
  readonly spawnThread: (() => PoolThread) | undefined;
  readonly threads: number;
  /** Memory that the machine has, bytes; left out, plans are not measured against it. */
  readonly memoryBytes?: number;
}

/** Of the memory, what a plan may take: images, results and everybody else need the rest. */
const shareOfMemory = 0.5;

/** The devices that there are, in the order in which they are taken where nobody chose one. */
export function deviceOpeners(machine: Machine): readonly DeviceOpener[] {
  const { gpu, spawnThread, threads, memoryBytes } = machine;
  const planBytes = memoryBytes === undefined ? undefined : memoryBytes * shareOfMemory;
  return [
    {
      kind: 'gpu',
      open: async () =>
        gpu
          ? openGpuDevice(gpu, planBytes)
          : { missingBecause: 'This browser or machine offers no WebGPU.' },
    },
    {
      kind: 'cpu',
      open: async () =>
        createCpuDevice({
          threads,
          ...(spawnThread ? { spawnThread } : {}),
          ...(planBytes === undefined ? {} : { maxTotalBytes: planBytes }),
        }),
    },
  ];
}

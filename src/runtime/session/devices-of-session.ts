import type { DeviceKind } from '../api/engine-api';
import { createCpuDevice } from '../cpu/device';
import type { PoolThread } from '../cpu/pool-worker';
import type { Device } from '../devices';
import { openGpuDevice } from '../gpu/device';

/** What differs between page and terminal; the roots hand it in. */
export interface DeviceParts {
  /** The page's `navigator.gpu`, or Dawn's in Node; undefined where there is none. */
  readonly gpu: GPU | undefined;
  /** Starts a pool thread; undefined where memory cannot be shared. */
  readonly spawnThread: (() => PoolThread) | undefined;
  readonly threads: number;
}

/** Adapters that compute on the CPU after all: slower than the CPU device, so never chosen. */
const softwareAdapter = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

/** Opens the devices once, on first need, and anew after one was lost. */
export class SessionDevices {
  readonly #parts: DeviceParts;
  #gpu: Promise<Device | { readonly missingBecause: string }> | undefined;
  #cpu: Device | undefined;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
  }

  get threads(): number {
    return this.#parts.spawnThread ? this.#parts.threads : 1;
  }

  /** The gpu device, or why there is none. */
  async gpu(): Promise<Device | { readonly missingBecause: string }> {
    const { gpu } = this.#parts;
    if (!gpu) return { missingBecause: 'This browser or machine offers no WebGPU.' };
    this.#gpu ??= openGpuDevice(gpu).then((opened) =>
      'device' in opened ? opened.device : opened,
    );
    return this.#gpu;
  }

  cpu(): Device {
    this.#cpu ??= createCpuDevice({
      threads: this.threads,
      ...(this.#parts.spawnThread ? { spawnThread: this.#parts.spawnThread } : {}),
    });
    return this.#cpu;
  }

  /** The device that a person asked for; `auto` takes the gpu where it is real hardware. */
  async choose(wanted: 'auto' | DeviceKind): Promise<Device | { readonly missingBecause: string }> {
    if (wanted === 'cpu') return this.cpu();
    const gpu = await this.gpu();
    if (wanted === 'gpu') return gpu;
    const usable = !('missingBecause' in gpu) && !softwareAdapter.test(gpu.name);
    return usable ? gpu : this.cpu();
  }

  /** Gives up a device that failed; the next run opens a new one. */
  forget(kind: DeviceKind): void {
    if (kind === 'gpu') {
      const lost = this.#gpu;
      this.#gpu = undefined;
      void lost?.then((gpu) => ('missingBecause' in gpu ? undefined : gpu.destroy()));
      return;
    }
    this.#cpu?.destroy();
    this.#cpu = undefined;
  }

  async destroy(): Promise<void> {
    this.#cpu?.destroy();
    const gpu = await this.#gpu;
    if (gpu && !('missingBecause' in gpu)) gpu.destroy();
  }
}

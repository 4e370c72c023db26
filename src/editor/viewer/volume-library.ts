import type { EngineApi, VolumeData } from '../../runtime/api/engine/engine-api';
import { measureRange, type VolumeRange } from './volume-range';

/** Bytes of volumes that are kept at hand before the least used ones are dropped. */
const keptBytes = 512 * 1024 * 1024;

/**
 * Volumes that came over from the engine, by handle, so that each crosses once. Kept outside the
 * stores, which hold small values only.
 */
export class VolumeLibrary {
  readonly #engine: EngineApi;
  readonly #ready = new Map<string, VolumeData>();
  /** Of those on the way, what the engine did not have. */
  readonly #lost = new Set<string>();
  readonly #onTheWay = new Map<string, Promise<VolumeData | undefined>>();
  readonly #parts = new WeakMap<VolumeData, Map<string, VolumeData>>();
  readonly #ranges = new WeakMap<VolumeData, VolumeRange>();
  readonly #listeners = new Set<() => void>();
  #preview: (VolumeData & { readonly nodeId: string }) | undefined;
  #version = 0;

  constructor(engine: EngineApi) {
    this.#engine = engine;
  }

  /** Calls back whenever a volume has arrived; returns what ends that. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Changes with every arrival. */
  version = (): number => this.#version;

  /** The image of the running loop, or undefined between runs. */
  get preview(): (VolumeData & { readonly nodeId: string }) | undefined {
    return this.#preview;
  }

  /** Shows or takes away the image of a running loop. */
  setPreview(preview: (VolumeData & { readonly nodeId: string }) | undefined): void {
    this.#preview = preview;
    this.#arrived();
  }

  /** The volume if it is here; asks the engine for it otherwise. */
  peek(handle: string): VolumeData | undefined {
    const volume = this.#ready.get(handle);
    if (volume === undefined) {
      void this.load(handle);
      return undefined;
    }
    // Last in the map is last to be dropped.
    this.#ready.delete(handle);
    this.#ready.set(handle, volume);
    return volume;
  }

  /** The volume under a handle; undefined where the engine no longer has it. */
  load(handle: string): Promise<VolumeData | undefined> {
    const here = this.#ready.get(handle);
    if (here !== undefined) return Promise.resolve(here);
    const onTheWay = this.#onTheWay.get(handle) ?? this.#fetch(handle);
    this.#onTheWay.set(handle, onTheWay);
    return onTheWay;
  }

  /** The range of a volume's values, measured once. */
  rangeOf = (volume: VolumeData): VolumeRange => {
    const range = this.#ranges.get(volume) ?? measureRange(volume);
    this.#ranges.set(volume, range);
    return range;
  };

  /** Some channels of a volume, without copying; the same object for the same channels. */
  channelsOf = (volume: VolumeData, from: number, count: number): VolumeData => {
    const parts = this.#parts.get(volume) ?? new Map<string, VolumeData>();
    this.#parts.set(volume, parts);
    const key = `${from} ${count}`;
    const known = parts.get(key);
    if (known) return known;
    const voxels = volume.values.length / volume.channels;
    const values = volume.values.subarray(from * voxels, (from + count) * voxels);
    const part = { ...volume, channels: count, values };
    parts.set(key, part);
    return part;
  };

  /** What the engine did not have it may have now: it is asked for once more. */
  askAgain(): void {
    if (this.#lost.size === 0) return;
    for (const handle of this.#lost) this.#onTheWay.delete(handle);
    this.#lost.clear();
    this.#arrived();
  }

  /** Drops what is kept under a handle. */
  forget(handle: string): void {
    this.#ready.delete(handle);
    this.#onTheWay.delete(handle);
    this.#lost.delete(handle);
  }

  async #fetch(handle: string): Promise<VolumeData | undefined> {
    // What the engine has lost stays on the way, so that it is not asked for with every picture.
    const read = await this.#engine.read({ handle, as: 'volume' }).catch(() => undefined);
    if (read?.kind !== 'volume') {
      this.#lost.add(handle);
      return undefined;
    }
    this.#onTheWay.delete(handle);
    this.#ready.set(handle, read.volume);
    this.#dropOldest();
    this.#arrived();
    return read.volume;
  }

  #dropOldest(): void {
    let bytes = 0;
    for (const volume of this.#ready.values()) bytes += volume.values.byteLength;
    for (const [handle, volume] of this.#ready) {
      if (bytes <= keptBytes || this.#ready.size <= 3) return;
      this.#ready.delete(handle);
      bytes -= volume.values.byteLength;
    }
  }

  #arrived(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}

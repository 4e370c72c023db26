import { InternalError } from '../internal-error';
import type { BufferId } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import type { PlaneArray } from '../ir/values';

/** Flags of `GPUBufferUsage` and `GPUMapMode`, whose globals not every host defines. */
export const usage = {
  mapRead: 0x0001,
  copySource: 0x0004,
  copyTarget: 0x0008,
  uniform: 0x0040,
  storage: 0x0080,
  queryResolve: 0x0200,
} as const;
export const mapForRead = 0x0001;

/** Where a buffer lies in one of the device's, bytes. */
export interface Place {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/**
 * The memory of a plan on a device: one buffer a slot, and what else its run needs. Destroy it also
 * where `allocate` fails: what was made until then is there.
 */
export class PlanMemory {
  readonly #device: GPUDevice;
  readonly #plan: Plan;
  #slots: readonly GPUBuffer[] = [];
  readonly #owned: GPUBuffer[] = [];
  #bytes = 0;

  constructor(device: GPUDevice, plan: Plan) {
    this.#device = device;
    this.#plan = plan;
  }

  /** Makes the plan's slots. */
  allocate(): void {
    this.#slots = this.#plan.slots.map((slot, index) =>
      this.create(slot.bytes, usage.storage | usage.copySource | usage.copyTarget, `slot ${index}`),
    );
  }

  /** Bytes of all buffers made so far. */
  get allocatedBytes(): number {
    return this.#bytes;
  }

  /** A buffer that lives as long as the plan's memory. */
  create(bytes: number, flags: GPUBufferUsageFlags, label: string): GPUBuffer {
    const size = Math.max(4, Math.ceil(bytes / 4) * 4);
    const buffer = this.#device.createBuffer({ size, usage: flags, label });
    this.#owned.push(buffer);
    this.#bytes += size;
    return buffer;
  }

  /** Where a virtual buffer lies now. */
  bindingOf(buffer: BufferId): Place {
    const { elements, within } = this.#plan.buffers[buffer] ?? {};
    const slot = this.#slots[this.#plan.slotOfBuffer[buffer] ?? -1];
    if (elements === undefined || !slot) throw new InternalError(`Buffer ${buffer} has no memory.`);
    return { buffer: slot, offset: 4 * (within?.first ?? 0), size: 4 * Math.max(1, elements) };
  }

  write(buffer: BufferId, data: PlaneArray): void {
    const { buffer: target, offset, size } = this.bindingOf(buffer);
    if (data.byteLength > size) {
      throw new InternalError(`${data.byteLength} bytes do not fit buffer ${buffer} of ${size}.`);
    }
    // WebGPU takes no shared memory.
    const source = data.buffer instanceof ArrayBuffer ? data : data.slice();
    this.#device.queue.writeBuffer(target, offset, source as GPUAllowSharedBufferSource);
  }

  /** The bytes of several buffers, after everything that was submitted so far. */
  async read(buffers: readonly BufferId[]): Promise<readonly ArrayBuffer[]> {
    const sources = buffers.map((id) => ({ ...this.bindingOf(id), label: `buffer ${id}` }));
    return copiesOf(this.#device, sources);
  }

  /**
   * Takes a buffer's memory out of the plan's: from now on it is the caller's to destroy. Only what
   * outlives the plan has memory to itself; of planes that lie together all have the same.
   * @throws InternalError where it was taken before
   */
  takeOut(buffer: BufferId): GPUBuffer {
    const taken = this.bindingOf(buffer).buffer;
    const place = this.#owned.indexOf(taken);
    if (place < 0) throw new InternalError(`The memory of buffer ${buffer} was taken already.`);
    this.#owned.splice(place, 1);
    return taken;
  }

  destroy(): void {
    for (const buffer of this.#owned) buffer.destroy();
    this.#owned.length = 0;
  }
}

/** What is copied out of a device. */
interface CopySource extends Place {
  readonly label: string;
}

/** The bytes of several buffers of a device, after everything that was submitted so far. */
export async function copiesOf(
  device: GPUDevice,
  sources: readonly CopySource[],
): Promise<readonly ArrayBuffer[]> {
  const encoder = device.createCommandEncoder({ label: 'read back' });
  const copies = sources.map(({ buffer, offset, size, label }) => {
    const staging = device.createBuffer({
      size,
      usage: usage.mapRead | usage.copyTarget,
      label: `read back of ${label}`,
    });
    encoder.copyBufferToBuffer(buffer, offset, staging, 0, size);
    return staging;
  });
  device.queue.submit([encoder.finish()]);
  try {
    return await Promise.all(
      copies.map(async (staging) => {
        await staging.mapAsync(mapForRead);
        return staging.getMappedRange().slice(0);
      }),
    );
  } finally {
    for (const staging of copies) staging.destroy();
  }
}

import type { BufferId } from '../ir/kernel-graph';
import { mapForRead, type PlanMemory, usage } from './plan-memory';

/**
 * Brings over the image that shows a loop's progress, one at a time and at most every `everyMs`,
 * behind the queue: the loop never waits for it.
 */
export class PreviewReader {
  readonly #device: GPUDevice;
  readonly #memory: PlanMemory;
  readonly #buffer: BufferId;
  readonly #everyMs: number;
  readonly #onImage: (image: Float32Array) => void;
  #staging: GPUBuffer | undefined;
  #underWay: Promise<void> | undefined;
  #dueMs = 0;

  constructor(
    device: GPUDevice,
    memory: PlanMemory,
    buffer: BufferId,
    everyMs: number,
    onImage: (image: Float32Array) => void,
  ) {
    this.#device = device;
    this.#memory = memory;
    this.#buffer = buffer;
    this.#everyMs = everyMs;
    this.#onImage = onImage;
  }

  /** Records a copy where one is due; call the function that it returns once that is submitted. */
  record(encoder: GPUCommandEncoder): (() => void) | undefined {
    if (this.#underWay || performance.now() < this.#dueMs) return undefined;
    this.#dueMs = performance.now() + this.#everyMs;
    const { buffer, offset, size } = this.#memory.bindingOf(this.#buffer);
    this.#staging ??= this.#device.createBuffer({
      size,
      usage: usage.mapRead | usage.copyTarget,
      label: 'preview',
    });
    const staging = this.#staging;
    encoder.copyBufferToBuffer(buffer, offset, staging, 0, size);
    return () => {
      this.#underWay = this.#arrive(staging);
    };
  }

  async finish(): Promise<void> {
    await this.#underWay;
    this.#staging?.destroy();
    this.#staging = undefined;
  }

  async #arrive(staging: GPUBuffer): Promise<void> {
    try {
      await staging.mapAsync(mapForRead);
      const image = new Float32Array(staging.getMappedRange().slice(0));
      staging.unmap();
      this.#onImage(image);
    } catch {
      // The device is gone: the loop itself meets that and reports it; a picture less is no harm.
    } finally {
      this.#underWay = undefined;
    }
  }
}

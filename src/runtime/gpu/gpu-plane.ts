import type { HeldPlane } from '../held-plane';
import { type ElementType, type PlaneArray, planeArrays } from '../ir/values';
import type { DeviceWatch } from './device-watch';
import { copiesOf } from './plan-memory';

/** Memory that has outlived its plan, for one plane or several: freed with the last of them. */
export class HeldMemory {
  readonly device: GPUDevice;
  readonly buffer: GPUBuffer;
  #planes = 0;

  constructor(device: GPUDevice, buffer: GPUBuffer) {
    this.device = device;
    this.buffer = buffer;
  }

  enter(): void {
    this.#planes += 1;
  }

  leave(): void {
    this.#planes -= 1;
    if (this.#planes === 0) this.buffer.destroy();
  }
}

/** A plane in a GPU's memory that has outlived its plan. */
export class GpuPlane implements HeldPlane {
  /** Where in the memory it begins, bytes. */
  readonly offset: number;
  readonly bytes: number;
  readonly #element: ElementType;
  readonly #memory: HeldMemory;
  readonly #watch: DeviceWatch;
  #holders = 1;

  constructor(
    memory: HeldMemory,
    place: { readonly offset: number; readonly size: number; readonly element: ElementType },
    watch: DeviceWatch,
  ) {
    this.offset = place.offset;
    this.bytes = place.size;
    this.#element = place.element;
    this.#memory = memory;
    this.#watch = watch;
    memory.enter();
  }

  get device(): GPUDevice {
    return this.#memory.device;
  }

  get buffer(): GPUBuffer {
    return this.#memory.buffer;
  }

  get isLost(): boolean {
    return this.#watch.isLost;
  }

  async read(): Promise<PlaneArray> {
    this.#watch.check();
    const { buffer, offset, bytes } = this;
    const source = { buffer, offset, size: bytes, label: 'result' };
    const [copy] = await this.#watch.wait(copiesOf(this.device, [source]));
    return new planeArrays[this.#element](copy as ArrayBuffer);
  }

  retain(): void {
    this.#holders += 1;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#memory.leave();
  }
}

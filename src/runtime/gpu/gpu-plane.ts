import type { HeldPlane } from '../held-plane';
import type { DeviceWatch } from './device-watch';
import { copiesOf } from './plan-memory';

/** A plane in a GPU's memory that has outlived its plan. */
export class GpuPlane implements HeldPlane {
  readonly device: GPUDevice;
  readonly buffer: GPUBuffer;
  readonly bytes: number;
  readonly #watch: DeviceWatch;
  #holders = 1;

  constructor(device: GPUDevice, buffer: GPUBuffer, bytes: number, watch: DeviceWatch) {
    this.device = device;
    this.buffer = buffer;
    this.bytes = bytes;
    this.#watch = watch;
  }

  get isLost(): boolean {
    return this.#watch.isLost;
  }

  async read(): Promise<Float32Array> {
    this.#watch.check();
    const { buffer, bytes } = this;
    const source = { buffer, size: bytes, label: 'result' };
    const [copy] = await this.#watch.wait(copiesOf(this.device, [source]));
    return new Float32Array(copy as ArrayBuffer);
  }

  retain(): void {
    this.#holders += 1;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.buffer.destroy();
  }
}

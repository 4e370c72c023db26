/**
 * A plane of a result where a device left it. It outlives its plan, is read when somebody asks, and
 * can be handed to the next plan on that device. Whoever keeps one retains it, and releases it after;
 * whoever made it holds it first.
 */
export interface HeldPlane {
  readonly bytes: number;
  /** True once its device is lost, and it with it. */
  readonly isLost: boolean;
  /**
   * A copy of its numbers, in memory that can be transferred.
   * @throws DeviceFailure
   */
  read(): Promise<Float32Array>;
  retain(): void;
  /** Frees its memory where nobody else holds it. */
  release(): void;
}

/** A plane in the memory of this process: what the CPU device leaves, and what nodes compute themselves. */
export class HostPlane implements HeldPlane {
  readonly values: Float32Array;
  readonly isLost = false;

  constructor(values: Float32Array) {
    this.values = values;
  }

  get bytes(): number {
    return this.values.byteLength;
  }

  async read(): Promise<Float32Array> {
    // What is read may cross to another thread, and shared memory cannot be transferred.
    return Float32Array.from(this.values);
  }

  retain(): void {
    // Memory goes with the last reference to it.
  }

  release(): void {
    // As above.
  }
}

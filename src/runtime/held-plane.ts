import type { PlaneArray } from './ir/values';

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
  read(): Promise<PlaneArray>;
  retain(): void;
  /** Frees its memory where nobody else holds it. */
  release(): void;
}

/** A copy in memory of its own: what is read may cross to another thread, and shared memory cannot be transferred. */
export function copyOf(values: PlaneArray): PlaneArray {
  if (values instanceof Uint32Array) return Uint32Array.from(values);
  return values instanceof Int32Array ? Int32Array.from(values) : Float32Array.from(values);
}

/** A plane in the memory of this process: what the CPU device leaves, and what nodes compute themselves. */
export class HostPlane implements HeldPlane {
  readonly values: PlaneArray;
  readonly isLost = false;

  constructor(values: PlaneArray) {
    this.values = values;
  }

  get bytes(): number {
    return this.values.byteLength;
  }

  async read(): Promise<PlaneArray> {
    return copyOf(this.values);
  }

  retain(): void {
    // Memory goes with the last reference to it.
  }

  release(): void {
    // As above.
  }
}

import { type Simd, scratchFloats } from './simd';

/** Arrays begin on lines of the cache. */
const alignment = 64;

type View = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/**
 * Room for what a kernel works on between its inputs and its outputs: arrays of zeros, in the thread's scratch where SIMD
 * functions see them, elsewhere where there is no SIMD or no room left. What is in it is as plain arrays would have it.
 */
export class Scratch {
  readonly #simd: Simd | undefined;
  #usedBytes = 0;

  constructor(simd?: Simd) {
    this.#simd = simd;
  }

  /** The functions, where all of these arrays lie where they see them. */
  reaching(...arrays: readonly ArrayBufferView[]): Simd | undefined {
    const simd = this.#simd;
    return simd && arrays.every(({ buffer }) => buffer === simd.buffer) ? simd : undefined;
  }

  /** Does work after which the arrays that it made are no longer used: their room is free again. */
  during<Result>(work: () => Result): Result {
    const before = this.#usedBytes;
    try {
      return work();
    } finally {
      this.#usedBytes = before;
    }
  }

  floats(count: number): Float32Array {
    return this.#make(Float32Array, count);
  }

  doubles(count: number): Float64Array {
    return this.#make(Float64Array, count);
  }

  wholes(count: number): Int32Array {
    return this.#make(Int32Array, count);
  }

  counts(count: number): Uint32Array {
    return this.#make(Uint32Array, count);
  }

  bytes(count: number): Uint8Array {
    return this.#make(Uint8Array, count);
  }

  #make<Made extends View>(
    kind: {
      new (count: number): Made;
      new (buffer: ArrayBufferLike, offset: number, count: number): Made;
      readonly BYTES_PER_ELEMENT: number;
    },
    count: number,
  ): Made {
    const end = this.#usedBytes + kind.BYTES_PER_ELEMENT * count;
    if (!this.#simd || end > 4 * scratchFloats) return new kind(count);
    const { buffer, scratch } = this.#simd;
    const made = new kind(buffer, scratch + this.#usedBytes, count);
    this.#usedBytes = Math.ceil(end / alignment) * alignment;
    made.fill(0);
    return made;
  }
}

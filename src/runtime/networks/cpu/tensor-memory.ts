import { DeviceFailure } from '../../devices';

const pageBytes = 65536;
const mostPages = 65536;
/** Blocks begin on lines of the cache, */
const alignment = 64;
/** and have room behind them for the rest of a vector, which kernels may read and write. */
const slackBytes = 64;
/** The memory grows by no less than this, since every growth costs views and calls. */
const growthPages = 256;

interface FreeBlock {
  readonly address: number;
  readonly bytes: number;
}

/** No room for a tensor: what was asked for, and what there is. */
export class OutOfTensorMemory extends DeviceFailure {
  readonly askedBytes: number;
  readonly heldBytes: number;

  constructor(askedBytes: number, heldBytes: number) {
    super(
      'out-of-memory',
      `A tensor asks for ${askedBytes} bytes; ${heldBytes} are held by others, and the memory of tensors cannot grow so far.`,
    );
    this.askedBytes = askedBytes;
    this.heldBytes = heldBytes;
  }
}

/**
 * One WebAssembly memory that tensors lie in: shared where threads help, up to 4 GiB. Blocks are taken
 * from and given back to a list of free ones, in the order of addresses; it grows and never shrinks.
 */
export class TensorMemory {
  readonly memory: WebAssembly.Memory;
  readonly #mostBytes: number;
  readonly #sizes = new Map<number, number>();
  /** By address; no two of them touch. */
  readonly #free: FreeBlock[] = [];
  /** Every buffer that the memory has had: growth makes new ones. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  #heldBytes = 0;
  /** Everything beyond is untouched yet. The first page is left to the module. */
  #end = pageBytes;

  /** @throws OutOfTensorMemory where not even a small memory can be had */
  constructor(options: { readonly shared: boolean; readonly mostBytes?: number }) {
    const { shared, mostBytes = mostPages * pageBytes } = options;
    let maximum = Math.min(mostPages, Math.max(2, Math.floor(mostBytes / pageBytes)));
    for (;;) {
      try {
        this.memory = new WebAssembly.Memory({ initial: 2, maximum, shared });
        break;
      } catch (error) {
        // Room for all of it is set aside at once where it is shared; half of that may do.
        if (!(error instanceof RangeError)) throw error;
        if (maximum <= growthPages) throw new OutOfTensorMemory(maximum * pageBytes, 0);
        maximum = Math.floor(maximum / 2);
      }
    }
    this.#mostBytes = maximum * pageBytes;
    this.#buffers.add(this.memory.buffer);
  }

  /** Bytes of all blocks that are taken. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Bytes that the memory has grown to. */
  get reservedBytes(): number {
    return this.memory.buffer.byteLength;
  }

  /**
   * The address of a new block, whose content is whatever was there.
   * @throws OutOfTensorMemory
   */
  allocate(bytes: number): number {
    const size = Math.ceil((bytes + slackBytes) / alignment) * alignment;
    const address = this.#takeFree(size) ?? this.#takeNew(size);
    if (address === undefined) throw new OutOfTensorMemory(bytes, this.#heldBytes);
    this.#sizes.set(address, size);
    this.#heldBytes += size;
    return address;
  }

  /** Gives a block back. */
  free(address: number): void {
    const bytes = this.#sizes.get(address);
    if (bytes === undefined) return;
    this.#sizes.delete(address);
    this.#heldBytes -= bytes;
    let place = 0;
    for (let end = this.#free.length; place < end; ) {
      const middle = (place + end) >> 1;
      if ((this.#free[middle] as FreeBlock).address < address) place = middle + 1;
      else end = middle;
    }
    const before = this.#free[place - 1];
    const after = this.#free[place];
    const joinsBefore = before !== undefined && before.address + before.bytes === address;
    const joinsAfter = after !== undefined && address + bytes === after.address;
    const joined = {
      address: joinsBefore ? before.address : address,
      bytes: bytes + (joinsBefore ? before.bytes : 0) + (joinsAfter ? after.bytes : 0),
    };
    this.#free.splice(
      joinsBefore ? place - 1 : place,
      (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0),
      joined,
    );
  }

  /** A view that holds until the memory grows next. */
  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, count);
  }

  /** The same for float64. */
  doubles(address: number, count: number): Float64Array {
    return new Float64Array(this.memory.buffer, address, count);
  }

  /** The same for whole numbers. */
  wholes(address: number, count: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, count);
  }

  /** Whether an array is a view of this memory, or was one. */
  owns(array: ArrayBufferView): boolean {
    return this.#buffers.has(array.buffer);
  }

  /** The smallest free block that holds so much: what is large stays for what is large. */
  #takeFree(size: number): number | undefined {
    let best = -1;
    this.#free.forEach(({ bytes }, index) => {
      if (bytes < size) return;
      if (best < 0 || bytes < (this.#free[best] as FreeBlock).bytes) best = index;
    });
    const block = this.#free[best];
    if (!block) return undefined;
    const rest = { address: block.address + size, bytes: block.bytes - size };
    this.#free.splice(best, 1, ...(rest.bytes > 0 ? [rest] : []));
    return block.address;
  }

  #takeNew(size: number): number | undefined {
    // A free block at the end is a part of what is needed.
    const last = this.#free.at(-1);
    const isAtEnd = last !== undefined && last.address + last.bytes === this.#end;
    const address = isAtEnd ? last.address : this.#end;
    if (!this.#growTo(address + size)) return undefined;
    if (isAtEnd) this.#free.pop();
    this.#end = address + size;
    return address;
  }

  #growTo(end: number): boolean {
    const missing = Math.ceil((end - this.reservedBytes) / pageBytes);
    if (missing <= 0) return true;
    const left = (this.#mostBytes - this.reservedBytes) / pageBytes;
    for (const pages of [Math.min(left, Math.max(missing, growthPages)), missing]) {
      if (pages < missing) continue;
      try {
        this.memory.grow(pages);
        this.#buffers.add(this.memory.buffer);
        return true;
      } catch {
        // The machine may have fewer, but enough.
      }
    }
    return false;
  }
}

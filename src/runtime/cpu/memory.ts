import { InternalError } from '../internal-error';
import type { BufferId } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import type { FloatArray, WasmMemory } from '../ops/define-kernel';
import { type Simd, scratchFloats, simdOver } from '../simd/simd';

export type CpuArray = FloatArray | Int32Array | Uint32Array;

/**
 * Where a plan's slots lie: in one memory that WebAssembly sees too, with scratch of every thread
 * behind them, or in a block each. It can be sent to another thread where it is shared.
 */
export type CpuStorage =
  | { readonly kind: 'one'; readonly memory: WebAssembly.Memory }
  | { readonly kind: 'blocks'; readonly blocks: readonly (ArrayBuffer | SharedArrayBuffer)[] };

/** Memory of one plan, as one thread sees it. */
export interface CpuMemory {
  readonly storage: CpuStorage;
  /** Bytes of each slot. */
  readonly slots: readonly Uint8Array[];
  /** What kernels compute with where the storage is one memory: functions that were built, */
  readonly simd: Simd | undefined;
  /** and what formulas are compiled for. */
  readonly wasm: WasmMemory | undefined;
  /** @throws InternalError where the plan gave the buffer no memory */
  arrayOf(buffer: BufferId): CpuArray;
}

const pageBytes = 65536;
const mostPages = 65536;
/** Slots begin on lines of the cache. */
const alignment = 64;

export interface MemoryOptions {
  /** Puts slots where all threads see them. */
  readonly shared: boolean;
  /** Makes floats float64, for gradient tests; runs use float32. */
  readonly doubles?: boolean;
  /** False keeps to a block a slot, to bisect a wrong answer. */
  readonly wasm?: boolean;
  /** Threads that will walk the plan; each has scratch of its own. */
  readonly threads?: number;
}

/**
 * Allocates a plan's slots. One memory of WebAssembly's where floats are float32 and the plan is not
 * too large for its addresses: which of the two it is depends on the plan alone, and so do the bits.
 * @throws RangeError when the machine has not that much memory
 */
export function allocateMemory(plan: Plan, options: MemoryOptions): CpuMemory {
  const { shared, doubles = false, wasm = true, threads = 1 } = options;
  const { end } = addressesOf(plan);
  const pages = Math.ceil((end + threads * 4 * scratchFloats) / pageBytes);
  if (wasm && !doubles && pages <= mostPages) {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
    return memoryOver(plan, { kind: 'one', memory });
  }
  const width = doubles ? 2 : 1;
  const blocks = plan.slots.map(({ bytes }) =>
    shared ? new SharedArrayBuffer(bytes * width) : new ArrayBuffer(bytes * width),
  );
  return memoryOver(plan, { kind: 'blocks', blocks }, { doubles });
}

/** A plan's arrays over storage that exists already, as thread number `part` sees them. */
export function memoryOver(
  plan: Plan,
  storage: CpuStorage,
  options: { readonly doubles?: boolean; readonly part?: number } = {},
): CpuMemory {
  const { doubles = false, part = 0 } = options;
  const addresses = addressesOf(plan);
  const slots = plan.slots.map(({ bytes }, slot) =>
    storage.kind === 'one'
      ? new Uint8Array(storage.memory.buffer, addresses.ofSlot[slot], bytes)
      : new Uint8Array(storage.blocks[slot] as ArrayBuffer),
  );
  const arrays = plan.buffers.map(({ elements, type, within }, id) => {
    const slot = slots[plan.slotOfBuffer[id] as number] as Uint8Array<ArrayBuffer>;
    const { buffer } = slot;
    const byteOffset = slot.byteOffset + (doubles ? 8 : 4) * (within?.first ?? 0);
    if (type === 'i32') return new Int32Array(buffer, byteOffset, elements);
    if (type === 'u32') return new Uint32Array(buffer, byteOffset, elements);
    return doubles
      ? new Float64Array(buffer, byteOffset, elements)
      : new Float32Array(buffer, byteOffset, elements);
  });
  return {
    storage,
    slots,
    simd:
      storage.kind === 'one'
        ? simdOver(storage.memory, addresses.end + part * 4 * scratchFloats)
        : undefined,
    wasm:
      storage.kind === 'one'
        ? {
            memory: storage.memory,
            isShared: !(storage.memory.buffer instanceof ArrayBuffer),
            modules: new Map<string, WebAssembly.Module>(),
          }
        : undefined,
    arrayOf(buffer) {
      const array = arrays[buffer];
      if (!array) throw new InternalError(`Buffer ${buffer} has no memory.`);
      return array;
    },
  };
}

/** Bytes of all slots together; the scratch of threads is not counted. */
export function bytesOf(memory: CpuMemory): number {
  return memory.slots.reduce((sum, slot) => sum + slot.byteLength, 0);
}

/** Addresses of the slots in one memory, and of what lies behind them. */
function addressesOf(plan: Plan): { readonly ofSlot: readonly number[]; readonly end: number } {
  // The first page is left to the module.
  let end = pageBytes;
  const ofSlot = plan.slots.map(({ bytes }) => {
    const address = end;
    end += Math.ceil(bytes / alignment) * alignment;
    return address;
  });
  return { ofSlot, end };
}

import { InternalError } from '../internal-error';
import type { BufferId } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import type { FloatArray, WasmMemory } from '../ops/define-kernel';

export type CpuArray = FloatArray | Int32Array | Uint32Array;

/**
 * Where a plan's slots lie: one after another in a memory that WebAssembly addresses too, or a block each
 * where there is none, or not so much of it. It crosses to threads as it is.
 */
export interface CpuStorage {
  readonly blocks: readonly (ArrayBuffer | SharedArrayBuffer)[];
  readonly wasm?: WebAssembly.Memory;
}

/** Memory of one plan, and the array that each virtual buffer sees. */
export interface CpuMemory extends Pick<CpuStorage, 'blocks'> {
  /** Of all slots together; WebAssembly hands out whole pages, so that a little more is taken. */
  readonly bytes: number;
  readonly storage: CpuStorage;
  readonly wasm?: WasmMemory;
  /** @throws InternalError where the plan gave the buffer no memory */
  arrayOf(buffer: BufferId): CpuArray;
}

const pageBytes = 65536;
/** All that 32 bits address. */
const mostPages = 65536;
/** Slots begin at lines of the cache, so that two threads never write one line for two slots. */
const slotAlignment = 64;

/**
 * Allocates a plan's slots.
 * @param options.shared puts them where all threads see them
 * @param options.doubles makes floats float64, for gradient tests; runs use float32
 * @param options.wasm false keeps to blocks, to bisect a wrong answer
 * @throws RangeError when the machine has not that much memory
 */
export function allocateMemory(
  plan: Plan,
  options: { readonly shared: boolean; readonly doubles?: boolean; readonly wasm?: boolean },
): CpuMemory {
  const { shared, doubles = false } = options;
  const wasm = doubles || options.wasm === false ? undefined : wasmMemory(plan, shared);
  if (wasm) return memoryOver(plan, { blocks: [wasm.buffer], wasm });
  const width = doubles ? 2 : 1;
  const blocks = plan.slots.map(({ bytes }) =>
    shared ? new SharedArrayBuffer(bytes * width) : new ArrayBuffer(bytes * width),
  );
  return memoryOver(plan, { blocks }, doubles);
}

/** Arrays over storage that exists already, as a pool worker gets it. */
export function memoryOver(plan: Plan, storage: CpuStorage, doubles = false): CpuMemory {
  const { blocks, wasm } = storage;
  const { offsets } = layoutOf(plan);
  const arrays = plan.buffers.map(({ elements, type }, id) => {
    const slot = plan.slotOfBuffer[id] as number;
    const block = blocks[wasm ? 0 : slot] as ArrayBuffer;
    const offset = wasm ? (offsets[slot] as number) : 0;
    if (type === 'i32') return new Int32Array(block, offset, elements);
    if (type === 'u32') return new Uint32Array(block, offset, elements);
    return doubles
      ? new Float64Array(block, offset, elements)
      : new Float32Array(block, offset, elements);
  });
  const width = doubles ? 2 : 1;
  return {
    bytes: plan.slots.reduce((sum, slot) => sum + width * slot.bytes, 0),
    blocks,
    storage,
    ...(wasm
      ? {
          wasm: {
            memory: wasm,
            isShared: !(wasm.buffer instanceof ArrayBuffer),
            modules: new Map<string, WebAssembly.Module>(),
          },
        }
      : {}),
    arrayOf(buffer) {
      const array = arrays[buffer];
      if (!array) throw new InternalError(`Buffer ${buffer} has no memory.`);
      return array;
    },
  };
}

/** Where each slot begins, and how much all of them take, bytes. */
function layoutOf(plan: Plan): { readonly offsets: readonly number[]; readonly bytes: number } {
  let bytes = 0;
  const offsets = plan.slots.map((slot) => {
    const offset = bytes;
    bytes += Math.ceil(slot.bytes / slotAlignment) * slotAlignment;
    return offset;
  });
  return { offsets, bytes };
}

/** Undefined where the host has none, or not so much in one piece: blocks may still be had. */
function wasmMemory(plan: Plan, shared: boolean): WebAssembly.Memory | undefined {
  const pages = Math.max(1, Math.ceil(layoutOf(plan).bytes / pageBytes));
  if (typeof WebAssembly === 'undefined' || pages > mostPages) return undefined;
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch {
    return undefined;
  }
}

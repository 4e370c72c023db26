import { InternalError } from '../internal-error';
import type { BufferId } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import type { FloatArray } from '../ops/define-kernel';

export type CpuArray = FloatArray | Int32Array | Uint32Array;

/** Memory of one plan: one block a slot, and the array that each virtual buffer sees. */
export interface CpuMemory {
  readonly blocks: readonly (ArrayBuffer | SharedArrayBuffer)[];
  /** @throws InternalError where the plan gave the buffer no memory */
  arrayOf(buffer: BufferId): CpuArray;
}

/**
 * Allocates a plan's slots.
 * @param options.shared puts them where all threads see them
 * @param options.doubles makes floats float64, for gradient tests; runs use float32
 * @throws RangeError when the machine has not that much memory
 */
export function allocateMemory(
  plan: Plan,
  options: { readonly shared: boolean; readonly doubles?: boolean },
): CpuMemory {
  const width = options.doubles ? 2 : 1;
  const blocks = plan.slots.map(({ bytes }) =>
    options.shared ? new SharedArrayBuffer(bytes * width) : new ArrayBuffer(bytes * width),
  );
  return memoryOver(plan, blocks, options.doubles);
}

/** Arrays over blocks that exist already, as a pool worker gets them. */
export function memoryOver(
  plan: Plan,
  blocks: readonly (ArrayBuffer | SharedArrayBuffer)[],
  doubles = false,
): CpuMemory {
  const arrays = plan.buffers.map(({ elements, type }, id) => {
    const block = blocks[plan.slotOfBuffer[id] as number] as ArrayBuffer;
    if (type === 'i32') return new Int32Array(block, 0, elements);
    if (type === 'u32') return new Uint32Array(block, 0, elements);
    return doubles ? new Float64Array(block, 0, elements) : new Float32Array(block, 0, elements);
  });
  return {
    blocks,
    arrayOf(buffer) {
      const array = arrays[buffer];
      if (!array) throw new InternalError(`Buffer ${buffer} has no memory.`);
      return array;
    },
  };
}

/** Bytes of all blocks together. */
export function bytesOf(memory: CpuMemory): number {
  return memory.blocks.reduce((sum, block) => sum + block.byteLength, 0);
}

import sharedBase64 from './build/shared.base64?raw';
import unsharedBase64 from './build/unshared.base64?raw';
import type { SimdFunctions } from './functions';

/** What a kernel needs to work by WebAssembly: the functions, and addresses of what they work on. */
export interface Simd {
  readonly functions: SimdFunctions;
  /** The plan's memory, with the scratch of all threads. */
  readonly buffer: ArrayBufferLike;
  /** Address of the first element of an array that lies in the plan's memory. */
  addressOf(array: ArrayBufferView): number;
  /** Space of this thread alone, and how many floats it holds; a kernel finds it as it left it. */
  readonly scratch: number;
  readonly scratchFloats: number;
  /** Puts numbers at the scratch's beginning and gives their address. */
  floats(numbers: ArrayLike<number>, offsetFloats: number): number;
  /** The same with float64, at an even offset. */
  doubles(numbers: ArrayLike<number>, offsetFloats: number): number;
}

/** Floats of scratch that each thread has: two rows of slices of the largest grids, and their taps. */
export const scratchFloats = 1 << 19;

/** The compiled functions over a memory, for one thread. */
export function simdOver(memory: WebAssembly.Memory, scratch: number): Simd {
  const functions = functionsOver(memory);
  const view = new Float32Array(memory.buffer, scratch, scratchFloats);
  const wideView = new Float64Array(memory.buffer, scratch, scratchFloats / 2);
  return {
    functions,
    buffer: memory.buffer,
    addressOf: ({ byteOffset }) => byteOffset,
    scratch,
    scratchFloats,
    floats(numbers, offsetFloats) {
      view.set(numbers, offsetFloats);
      return scratch + 4 * offsetFloats;
    },
    doubles(numbers, offsetFloats) {
      wideView.set(numbers, offsetFloats / 2);
      return scratch + 4 * offsetFloats;
    },
  };
}

/** The compiled functions alone, for a memory that somebody else divides. */
export function functionsOver(memory: WebAssembly.Memory): SimdFunctions {
  const isShared = !(memory.buffer instanceof ArrayBuffer);
  const module = new WebAssembly.Module(bytesOf(isShared ? sharedBase64 : unsharedBase64));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as unknown as SimdFunctions;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

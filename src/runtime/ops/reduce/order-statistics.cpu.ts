import type { FloatArray } from '../define-kernel';

/** Values in ascending order, of which only some are asked for; arrays that are sorted are such. */
export interface Ascending {
  readonly length: number;
  /** The value so many places from the lowest. */
  at(rank: number): number | undefined;
}

const halfBits = 16;
const halves = 1 << halfBits;

/**
 * The values as `sort` would order them (numbers that are none last), each found by two counts instead: a
 * float's bits, the sign's meaning turned, are ordered as it is. Sorting a volume took thirty times as long.
 */
export function ascending(values: FloatArray): Ascending {
  if (!(values instanceof Float32Array)) return values.slice().sort();
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const counts = new Uint32Array(halves);
  for (let i = 0; i < bits.length; i += 1) counts[keyOf(bits[i]!) >>> halfBits]! += 1;
  return {
    length: values.length,
    at(rank) {
      if (!(rank >= 0 && rank < values.length)) return undefined;
      const [upper, below] = placeIn(counts, rank);
      const within = new Uint32Array(halves);
      for (let i = 0; i < bits.length; i += 1) {
        const key = keyOf(bits[i]!);
        if (key >>> halfBits === upper) within[key & (halves - 1)]! += 1;
      }
      const [lower] = placeIn(within, rank - below);
      return floatOf((upper << halfBits) | lower);
    },
  };
}

/** The bin that holds a rank, and how many come before that bin. */
function placeIn(counts: Uint32Array, rank: number): readonly [bin: number, before: number] {
  let before = 0;
  let bin = 0;
  while (before + counts[bin]! <= rank) {
    before += counts[bin]!;
    bin += 1;
  }
  return [bin, before];
}

/** What orders floats as whole numbers without sign; what is no number comes last. */
function keyOf(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return 0xffffffff;
  return (bits < 0 ? ~bits : bits | 0x80000000) >>> 0;
}

function floatOf(key: number): number {
  const bits = Uint32Array.of(key < 0 ? key & 0x7fffffff : ~key);
  return new Float32Array(bits.buffer)[0]!;
}

/** Slots for each pattern that the table may hold: a short search in a table that is never half full. */
const slotsPerPattern = 4;

/** Slots that one call passes over before it returns: patterns can be made to crowd in few of them. */
const workPerCall = 2 ** 20;

/** Numbers of up to 32 bits. */
export type Words = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array;

/** Bit patterns of up to 64 bits, each numbered from 0 in the order in which they are seen first. */
export class PatternTable {
  #size = 0;
  #work = 0;
  readonly #most: number;
  readonly #low: Int32Array;
  readonly #high: Int32Array;
  /** Number of the pattern in each slot, −1 where it is free. */
  readonly #slots: Int32Array;

  /** @param most patterns that it has room for */
  constructor(most: number) {
    this.#most = most;
    this.#low = new Int32Array(most);
    this.#high = new Int32Array(most);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(slotsPerPattern * most))).fill(-1);
  }

  /** How many patterns have been seen. */
  get size(): number {
    return this.#size;
  }

  /** The lower 32 bits of a pattern. */
  low(index: number): number {
    return this.#low[index] ?? 0;
  }

  /** The upper 32 bits of a pattern. */
  high(index: number): number {
    return this.#high[index] ?? 0;
  }

  /**
   * Writes the number of each scalar's pattern, as many as can be had in a few milliseconds.
   * @param words one or two a scalar, the lower one first
   * @returns how many were written; −1 where there are more patterns than fit
   */
  index(words: Words, wordsPerScalar: number, indices: Uint32Array): number {
    const isWide = wordsPerScalar === 2;
    this.#work = 0;
    // Neighbours mostly have one label: it is looked up once.
    let lastLow = 0;
    let lastHigh = 0;
    let last = -1;
    for (let i = 0; i < indices.length; i += 1) {
      const low = isWide ? words[2 * i]! : words[i]!;
      const high = isWide ? words[2 * i + 1]! : 0;
      if (low !== lastLow || high !== lastHigh || last < 0) {
        if (this.#work > workPerCall) return i;
        last = this.#numberOf(low, high);
        if (last < 0) return -1;
        lastLow = low;
        lastHigh = high;
      }
      indices[i] = last;
    }
    return indices.length;
  }

  /** The number of a pattern, a new one where it was not seen before; −1 where there is no room. */
  #numberOf(low: number, high: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = mixed(low, high) & mask;
    for (let number = slots[slot]!; number >= 0; number = slots[slot]!) {
      if (this.#low[number] === low && this.#high[number] === high) return number;
      slot = (slot + 1) & mask;
      this.#work += 1;
    }
    if (this.#size === this.#most) return -1;
    const number = this.#size;
    this.#size += 1;
    this.#low[number] = low;
    this.#high[number] = high;
    slots[slot] = number;
    return number;
  }
}

/** Spreads neighbouring patterns over the slots (the finalizer of MurmurHash3). */
function mixed(low: number, high: number): number {
  let h = low ^ Math.imul(high, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

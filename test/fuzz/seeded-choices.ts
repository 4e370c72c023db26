/** Choices that a seed decides, so that every failing input can be made again. */
export interface SeededChoices {
  /** From 0 up to but not including 1. */
  next(): number;
  /** A whole number below `end`. */
  below(end: number): number;
  pick<Value>(list: readonly Value[]): Value;
}

/** Mulberry32, a generator of 32 bits by T. Ettinger (public domain). */
export function seededChoices(seed: number): SeededChoices {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return { next, below, pick: (list) => list[below(list.length)]! };
}

/** Seeded draws, so that every input that fails can be made again. */
export interface Random {
  /** From 0 up to 1. */
  next(): number;
  /** A whole number below `n`. */
  below(n: number): number;
  pick<Item>(list: readonly Item[]): Item;
  chance(probability: number): boolean;
}

/** Mulberry32: as good as it needs to be here, and the same everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return {
    next,
    below,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    chance: (probability) => next() < probability,
  };
}

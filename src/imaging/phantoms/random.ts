/**
 * Seeded randomness that is the same in every engine.
 *
 * Only 32-bit integer mixing and exactly rounded arithmetic are used, so that a seed gives the same
 * numbers, bit for bit, on every platform.
 */

const toUnit = 1 / 4294967296;

/** Mixes three integers and a seed to 32 well-spread bits (the finaliser of MurmurHash3). */
export function hashBits(x: number, y: number, z: number, seed: number): number {
  let h = Math.imul(x, 0x8da6b343) ^ Math.imul(y, 0xd8163841) ^ Math.imul(z, 0xcb1ab31f);
  h = (h ^ Math.imul(seed, 0x9e3779b1)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A seed for one purpose, so that two uses of the same seed are independent of each other. */
export function deriveSeed(seed: number, purpose: number): number {
  return hashBits(purpose, 0x51ed270b, 0x2545f491, seed);
}

/** A stream of numbers, uniform in [0, 1) (the generator mulberry32). */
export function uniformStream(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) * toUnit;
  };
}

/**
 * A number of mean 0 and variance 1 for a place, close to normal up to three standard deviations.
 *
 * A sum of eight uniform bytes instead of Box and Muller's formula, because logarithms and cosines
 * differ between engines in their last bits.
 */
export function normalAt(index: number, channel: number, seed: number): number {
  const a = hashBits(index, channel, 0, seed);
  const b = hashBits(index, channel, 1, seed);
  const sum =
    (a & 255) +
    ((a >>> 8) & 255) +
    ((a >>> 16) & 255) +
    (a >>> 24) +
    (b & 255) +
    ((b >>> 8) & 255) +
    ((b >>> 16) & 255) +
    (b >>> 24);
  return (sum - 1020) / Math.sqrt((8 * 65535) / 12);
}

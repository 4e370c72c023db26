import { describe, expect, it } from 'vitest';
import {
  drawUniform,
  randomIntegers,
  uniformOf,
} from '../../../../src/runtime/ops/random/random.cpu';
import { pcg4d } from '../../../support/pcg4d';

const bits = new Uint32Array(4);
const draws = (seed: number, stream: number, iteration: number, count: number) => {
  const planes = [0, 1, 2].map(() => new Float32Array(count)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  drawUniform(planes, iteration, { count, seed, stream }, { part: 0, parts: 1 });
  return planes;
};

/** χ² of counts against equal ones, by its degrees of freedom: near 1. */
function chiSquared(counts: readonly number[]): number {
  const total = counts.reduce((sum, one) => sum + one, 0);
  const wanted = total / counts.length;
  return counts.reduce((sum, one) => sum + (one - wanted) ** 2 / wanted, 0) / (counts.length - 1);
}

/** How often each cell of `side`ᴺ is met by points of several numbers in [0, 1). */
function cellCounts(points: readonly (readonly number[])[], side: number): readonly number[] {
  const counts = new Array<number>(side ** (points[0]?.length ?? 0)).fill(0);
  for (const point of points) {
    const cell = point.reduce((place, one) => place * side + Math.floor(one * side), 0);
    counts[cell]! += 1;
  }
  return counts;
}

describe('random integers', () => {
  it.each([
    [0, 0, 0, 0],
    [1, 2, 3, 4],
    [0xffffffff, 0x80000000, 0x7fffffff, 1],
    [20_260_711, 2, 16_777_216, 4_000_000_000],
  ] as const)('are those of pcg4d for %i, %i, %i, %i', (a, b, c, d) => {
    randomIntegers(a, b, c, d, bits);
    expect([...bits]).toEqual(pcg4d([a, b, c, d]));
  });

  it('become fractions below 1 that float32 holds', () => {
    expect(uniformOf(0xffffffff)).toBe(1 - 2 ** -24);
    expect(uniformOf(-1)).toBe(1 - 2 ** -24);
    expect(uniformOf(255)).toBe(0);
  });
});

describe('uniform draws', () => {
  const count = 40_000;

  it('fill the cube evenly, along each axis and together', () => {
    const [x, y, z] = draws(7, 1, 3, count);
    const points = Array.from(x, (one, i) => [one, y[i]!, z[i]!]);
    // Of 511 degrees of freedom, 0.8 to 1.2 leaves out three in a thousand.
    expect(chiSquared(cellCounts(points, 8))).toBeGreaterThan(0.8);
    expect(chiSquared(cellCounts(points, 8))).toBeLessThan(1.2);
    for (const plane of [x, y, z]) {
      const along = chiSquared(
        cellCounts(
          Array.from(plane, (one) => [one]),
          256,
        ),
      );
      expect(along).toBeGreaterThan(0.75);
      expect(along).toBeLessThan(1.25);
    }
  });

  it('of neighbouring seeds, streams, iterations and indices have nothing to do with each other', () => {
    const [first] = draws(7, 1, 3, count);
    const others = [draws(8, 1, 3, count), draws(7, 2, 3, count), draws(7, 1, 4, count)].map(
      ([x]) => x,
    );
    const next = Float32Array.from(first, (_, i) => first[(i + 1) % count]!);
    for (const other of [...others, next]) {
      const pairs = Array.from(first, (one, i) => [one, other[i]!]);
      expect(chiSquared(cellCounts(pairs, 16))).toBeGreaterThan(0.7);
      expect(chiSquared(cellCounts(pairs, 16))).toBeLessThan(1.3);
    }
  });

  it('hang on their index alone, whoever draws them', () => {
    const whole = draws(7, 1, 3, 100);
    const shared = [0, 1, 2].map(() => new Float32Array(100)) as unknown as typeof whole;
    for (const part of [2, 0, 1]) {
      drawUniform(shared, 3, { count: 100, seed: 7, stream: 1 }, { part, parts: 3 });
    }
    expect(shared).toEqual(whole);
    expect(draws(7, 1, 3, 50)[0]).toEqual(whole[0].subarray(0, 50));
  });
});

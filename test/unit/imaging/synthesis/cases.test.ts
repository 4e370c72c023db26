import { describe, expect, it } from 'vitest';
import { pairOf, splitCases } from '../../../../src/imaging/synthesis/cases';

describe('cases shared out', () => {
  const shares = { training: 0.7, validation: 0.1, test: 0.2 };

  it('are each in one part, in the shares that are asked for, and the same for a seed', () => {
    const split = splitCases(40, 3, shares);
    expect([split.training.length, split.validation.length, split.test.length]).toEqual([28, 4, 8]);
    const all = [...split.training, ...split.validation, ...split.test].sort((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(splitCases(40, 3, shares)).toEqual(split);
    expect(splitCases(40, 4, shares)).not.toEqual(split);
    expect(split).toMatchSnapshot();
  });

  it.each([0, 1, 2, 3, 4, 7])('lose none of %i, whatever the shares', (count) => {
    for (const each of [
      shares,
      { training: 1, validation: 0, test: 0 },
      { training: 0, validation: 1, test: 0 },
      { training: 0, validation: 1, test: 1 },
    ]) {
      const { training, validation, test } = splitCases(count, 1, each);
      expect(new Set([...training, ...validation, ...test]).size).toBe(count);
      if (each.training > 0 && count > 0) expect(training.length).toBeGreaterThan(0);
      if (each.training === 0) expect(training.length).toBe(0);
      if (each.validation > 0 && count > 1) expect(validation.length).toBeGreaterThan(0);
      if (each.test === 0) expect(test.length).toBe(0);
    }
  });

  it('refuse shares that say nothing', () => {
    expect(() => splitCases(4, 1, { training: 0, validation: 0, test: 0 })).toThrow(RangeError);
    expect(() => splitCases(4, 1, { training: 1, validation: -1, test: 0 })).toThrow(RangeError);
    expect(() => splitCases(4, 1, { training: Number.NaN, validation: 1, test: 0 })).toThrow(
      RangeError,
    );
  });
});

describe('pairs of cases', () => {
  it.each([2, 3, 7])('of %i all come before one comes again, none with itself', (count) => {
    const perRound = count * (count - 1);
    for (const round of [0, 1]) {
      const seen = new Set<string>();
      for (let n = 0; n < perRound; n += 1) {
        const { fixed, moving } = pairOf(count, round * perRound + n, 5);
        expect(fixed).not.toBe(moving);
        seen.add(`${fixed} ${moving}`);
      }
      expect(seen.size).toBe(perRound);
    }
  });

  it('show every case within as many pairs as there are cases, in an order of the seed', () => {
    const order = (seed: number) => Array.from({ length: 9 }, (_, n) => pairOf(9, n, seed));
    expect(new Set(order(2).map(({ fixed }) => fixed)).size).toBe(9);
    expect(new Set(order(2).map(({ moving }) => moving)).size).toBe(9);
    expect(order(2)).toEqual(order(2));
    expect(order(2)).not.toEqual(order(3));
    expect(order(2)).toMatchSnapshot();
  });

  it('refuse a single case', () => {
    expect(() => pairOf(1, 0, 1)).toThrow(RangeError);
    expect(() => pairOf(3, -1, 1)).toThrow(RangeError);
  });
});

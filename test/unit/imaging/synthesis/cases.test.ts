import { describe, expect, it } from 'vitest';
import { casePairs } from '../../../../src/imaging/synthesis/case-pairs';
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

describe('pairs of cases', () => {
  const options = {
    pairs: 'all',
    validationShare: 0.2,
    validationPairs: 100,
    seed: 5,
  } as const;
  const many = (count: number) => Array.from({ length: count }, () => ({}));
  const numbers = (pairs: readonly { fixed: number; moving: number }[]) =>
    new Set(pairs.flatMap(({ fixed, moving }) => [fixed, moving]));

  function drawn(...given: Parameters<typeof casePairs>) {
    const found = casePairs(...given);
    if (typeof found === 'string') throw new Error(found);
    const training = Array.from({ length: 300 }, (_, n) => found.training(n));
    return { found, training, own: numbers(training), others: numbers(found.validation) };
  }

  it('to validate on have no case in common with those to learn from', () => {
    const { found, own, others } = drawn(many(10), options);
    expect([found.trainingCases, found.validationCases]).toEqual([8, 2]);
    expect([own.size, others.size, new Set([...own, ...others]).size]).toEqual([8, 2, 10]);
    expect(found.validation).toHaveLength(2);
    // A fifth of five is one case, which makes no pair.
    expect(drawn(many(5), options).found.validationCases).toBe(2);
  });

  it('go onto the first where they are to', () => {
    const { found, training, own } = drawn(many(10), { ...options, pairs: 'onto-first' });
    expect([...training, ...found.validation].every(({ fixed }) => fixed === 0)).toBe(true);
    expect([found.trainingCases, found.validation.length, own.has(0)]).toEqual([7, 2, true]);
    expect(numbers(training.slice(0, 7)).size).toBe(8);
  });

  it('leave a group whole, and are within one where they are to be', () => {
    const cases = Array.from({ length: 12 }, (_, n) => ({ group: `${n % 5}` }));
    const whole = drawn(cases, options);
    const groups = (of: ReadonlySet<number>) => new Set([...of].map((n) => n % 5));
    expect([groups(whole.own).size, groups(whole.others).size]).toEqual([4, 1]);
    const within = drawn(cases, { ...options, pairs: 'within-groups' });
    for (const { fixed, moving } of [...within.training, ...within.found.validation]) {
      expect(fixed).not.toBe(moving);
      expect(fixed % 5).toBe(moving % 5);
    }
    expect(groups(within.own).size + groups(within.others).size).toBe(5);
    const said = within.found.validation.map(({ fixed, moving }) => `${fixed} ${moving}`);
    expect(new Set(said).size).toBe(said.length);
    expect(casePairs(many(9), { ...options, pairs: 'within-groups' })).toBe('groups');
  });

  it('keep to what cases are said to be for', () => {
    const said = ['validation', 'test', undefined, 'training', 'validation'] as const;
    const cases = said.map((split) => (split ? { split } : {}));
    const { own, others } = drawn(cases, options);
    expect([[...own].sort(), [...others].sort()]).toEqual([
      [2, 3],
      [0, 4],
    ]);
    expect(casePairs(cases.slice(1), options)).toBe('validation');
  });

  it.each([0, 1, 2, 3])('are too few with %i', (count) => {
    expect(casePairs(many(count), options)).toBe('training');
    expect(typeof casePairs(many(count), { ...options, pairs: 'onto-first' })).toBe(
      count === 3 ? 'object' : 'string',
    );
  });
});

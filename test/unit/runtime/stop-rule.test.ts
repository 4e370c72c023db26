import { describe, expect, it } from 'vitest';
import type { SlopeCondition, StopRule } from '../../../src/runtime/ir/op-graph';
import { decisionEvery, hasConverged, rowNeededAt } from '../../../src/runtime/stop-rule';

const rule = (changes: Partial<SlopeCondition> = {}): StopRule => ({
  maxIterations: 1000,
  when: [{ kind: 'slope', minimumRelativeSlope: 1e-3, window: 10, ...changes }],
});
const flat = () => 5;
const iterations = Array.from({ length: 101 }, (_, i) => i);

describe('hasConverged', () => {
  it('measures the fall of the loss an iteration, as a fraction of the loss', () => {
    // A line from 10 down: in the window before iteration 90, its mean is about 10.
    const falling = (slope: number) => (i: number) => 10 + (i === 0 ? 0 : slope * (85 - i));
    expect(hasConverged(rule(), 100, falling(0.0099))).toBe(true);
    expect(hasConverged(rule(), 100, falling(0.0101))).toBe(false);
  });

  it('measures the same on losses below zero', () => {
    const falling = (slope: number) => (i: number) => -10 + slope * (85 - i);
    expect(hasConverged(rule(), 100, falling(0.0099))).toBe(true);
    expect(hasConverged(rule(), 100, falling(0.0101))).toBe(false);
  });

  it('measures it as a fraction of what was gained where the terms of the loss cancel', () => {
    // From 1 to 0 and on with a slope: a fall of 0.0009 of the gain an iteration, or of 0.0011.
    const falling = (slope: number) => (i: number) => Math.exp(-i) - slope * (i - 84.5);
    for (const offset of [-1e-4, 0, 1e-4]) {
      const near = (slope: number) => (i: number) => offset + falling(slope)(i);
      expect(hasConverged(rule(), 100, near(0.0009))).toBe(true);
      expect(hasConverged(rule(), 100, near(0.0012))).toBe(false);
    }
  });

  it('does not count a gain that is less than the loss itself', () => {
    const at = (slope: number) => (i: number) => (i === 0 ? -6 : -10 + slope * (85 - i));
    expect(hasConverged(rule(), 100, at(0.0099))).toBe(true);
    expect(hasConverged(rule(), 100, at(0.0101))).toBe(false);
  });

  it('lays a line through the window, so that noise that cancels does not count', () => {
    const noisy = (slope: number) => (i: number) => 10 - slope * i + 0.5 * (i % 2 === 0 ? 1 : -1);
    expect(hasConverged(rule({ window: 80 }), 100, noisy(0))).toBe(true);
    expect(hasConverged(rule({ window: 80 }), 100, noisy(0.05))).toBe(false);
  });

  it('ends a loop whose loss rises', () => {
    expect(hasConverged(rule(), 100, (i) => 1 + i)).toBe(true);
  });

  it('decides only at multiples of ten iterations', () => {
    const decided = iterations.filter((finished) => hasConverged(rule(), finished, flat));
    expect(decided).toEqual([20, 30, 40, 50, 60, 70, 80, 90, 100]);
  });

  it('waits until a whole window lies far enough back', () => {
    const first = (window: number): number | undefined =>
      iterations.find((finished) => hasConverged(rule({ window }), finished, flat));
    expect(first(2)).toBe(20);
    expect(first(10)).toBe(20);
    expect(first(11)).toBe(30);
    expect(first(20)).toBe(30);
    expect(first(100)).toBeUndefined();
  });

  it.each([2, 10, 15, 40])(
    'looks at the first loss and at the %i that end ten iterations back',
    (window) => {
      const seen = new Set<number>();
      hasConverged(rule({ window }), 90, (i) => {
        seen.add(i);
        return 1;
      });
      expect(seen.delete(0)).toBe(true);
      expect(Math.min(...seen)).toBe(90 - decisionEvery - window);
      expect(Math.max(...seen)).toBe(90 - decisionEvery - 1);
      expect(seen.size).toBe(window);
    },
  );

  it('never ends a loop where no slope is asked for', () => {
    const never = rule({ minimumRelativeSlope: 0 });
    expect(iterations.some((finished) => hasConverged(never, finished, flat))).toBe(false);
  });

  it('ends a loop whose loss is zero', () => {
    expect(hasConverged(rule(), 50, () => 0)).toBe(true);
  });
});

describe('a loop that takes trials back', () => {
  const counting = rule({ countedBy: 1, window: 5 });
  /** Accepted every fifth iteration; the record shows the last accepted loss. */
  const accepted = (fall: (steps: number) => number) => (i: number, column: number) =>
    column === 1 ? (i % 5 === 0 ? 1 : 0) : fall(Math.floor(i / 5));

  it('has not converged while what it accepts falls, however long it searched in between', () => {
    const falling = accepted((steps) => 10 - 0.1 * steps);
    expect(iterations.some((finished) => hasConverged(counting, finished, falling))).toBe(false);
    // By every row, the four that repeat a loss look like the end.
    const between = (i: number, column: number) => (column === 1 ? 0 : falling(i, 0));
    expect(hasConverged(rule({ window: 4 }), 30, (i) => (i < 16 ? 10 : 9))).toBe(true);
    expect(hasConverged(counting, 30, between)).toBe(false);
  });

  it('has converged once what it accepts no longer falls, by accepted steps', () => {
    const flatten = accepted((steps) => (steps < 6 ? 10 - steps : 4));
    // Steps 6 to 10 are level: iterations 30 to 54.
    expect(iterations.find((finished) => hasConverged(counting, finished, flatten))).toBe(70);
  });
});

describe('a flag', () => {
  const flagged: StopRule = { maxIterations: 1000, when: [{ kind: 'flag', column: 2 }] };
  const raisedAt = (row: number) => (i: number, column: number) =>
    column === 2 && i === row ? 1 : 0;

  it.each([
    [0, 20],
    [9, 20],
    [10, 30],
    [57, 70],
  ])('raised in row %i ends the loop after %i iterations, though it is raised once', (row, end) => {
    const first = iterations.find((finished) => hasConverged(flagged, finished, raisedAt(row)));
    expect(first).toBe(end);
  });

  it('ends a loop beside a slope that does not', () => {
    const both: StopRule = { ...flagged, when: [...rule().when, ...flagged.when] };
    const falling = (i: number, column: number) =>
      column === 0 ? 100 - i : raisedAt(25)(i, column);
    expect(iterations.find((finished) => hasConverged(both, finished, falling))).toBe(40);
  });
});

describe('rowNeededAt', () => {
  const flag = { kind: 'flag', column: 1 } as const;
  it.each([
    rule(),
    rule({ window: 25 }),
    rule({ minimumRelativeSlope: 0 }),
    { maxIterations: 1000, when: [flag] },
    { maxIterations: 1000, when: [...rule({ window: 25 }).when, flag] },
  ])('names the newest loss that the decision looks at: %o', (given) => {
    for (const finished of iterations) {
      let newest = -1;
      hasConverged(given, finished, (i, column) => {
        newest = Math.max(newest, i);
        return column === 0 ? 1 - i : 0;
      });
      expect(rowNeededAt(given, finished), `after ${finished}`).toBe(newest);
    }
  });
});

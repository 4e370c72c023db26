import { describe, expect, it } from 'vitest';
import type { StopRule } from '../../../src/runtime/ir/op-graph';
import { decisionEvery, hasConverged, lossNeededAt } from '../../../src/runtime/stop-rule';

const rule = (changes: Partial<StopRule> = {}): StopRule => ({
  maxIterations: 1000,
  minimumRelativeSlope: 1e-3,
  window: 10,
  ...changes,
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

describe('lossNeededAt', () => {
  it.each([rule(), rule({ window: 25 }), rule({ minimumRelativeSlope: 0 })])(
    'names the newest loss that the decision looks at: %o',
    (given) => {
      for (const finished of iterations) {
        let newest = -1;
        hasConverged(given, finished, (i) => {
          newest = Math.max(newest, i);
          return 1;
        });
        expect(lossNeededAt(given, finished), `after ${finished}`).toBe(newest);
      }
    },
  );
});

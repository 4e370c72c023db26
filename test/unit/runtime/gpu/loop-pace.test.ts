import { describe, expect, it } from 'vitest';
import { iterationsToSubmit, submitsInFlight } from '../../../../src/runtime/gpu/loop-pace';
import { decisionEvery } from '../../../../src/runtime/stop-rule';

describe('iterationsToSubmit', () => {
  it('begins with one iteration, to learn how long it takes', () => {
    expect(iterationsToSubmit(0, 100, undefined)).toBe(1);
  });

  it('never passes a decision or the last iteration, however fast the device is', () => {
    for (let submitted = 0; submitted < 25; submitted += 1) {
      const count = iterationsToSubmit(submitted, 25, 1e-9);
      expect(count).toBeGreaterThan(0);
      expect(submitted + count).toBeLessThanOrEqual(25);
      expect(Math.floor((submitted + count - 1) / decisionEvery)).toBe(
        Math.floor(submitted / decisionEvery),
      );
    }
  });

  it('keeps a submit near a tenth of a second', () => {
    expect(iterationsToSubmit(0, 100, 0.03)).toBe(3);
    expect(iterationsToSubmit(0, 100, 5)).toBe(1);
  });
});

it('queues a second submit only where iterations are short', () => {
  expect(submitsInFlight(undefined)).toBe(2);
  expect(submitsInFlight(0.01)).toBe(2);
  expect(submitsInFlight(1)).toBe(1);
});

import { expect, it } from 'vitest';
import { freePlace } from '../../../src/editor/canvas/free-place';

const size = { width: 100, height: 50 };

it('is the wanted place where nothing lies there', () => {
  expect(freePlace([10, 20], size, [])).toEqual([10, 20]);
  expect(freePlace([10, 20], size, [{ x: 200, y: 0, width: 50, height: 500 }])).toEqual([10, 20]);
});

it('is the nearest one beside what lies there', () => {
  // A tall card to the left of the middle: out to the right is nearer than over it.
  const [x, y] = freePlace([0, 0], size, [{ x: -80, y: -500, width: 100, height: 1000 }]);
  expect(x).toBeGreaterThanOrEqual(20);
  expect(x).toBeLessThan(80);
  expect(y).toBe(0);
});

it('lies on none of many cards', () => {
  const cards = Array.from({ length: 12 }, (_, i) => ({
    x: 130 * (i % 4),
    y: 90 * Math.floor(i / 4),
    width: 120,
    height: 80,
  }));
  const [x, y] = freePlace([200, 100], size, cards);
  for (const card of cards) {
    const isApart = x >= card.x + 120 || card.x >= x + 100 || y >= card.y + 80 || card.y >= y + 50;
    expect(isApart).toBe(true);
  }
});

it('is the wanted place where everything is full', () => {
  expect(freePlace([0, 0], size, [{ x: -1e5, y: -1e5, width: 2e5, height: 2e5 }])).toEqual([0, 0]);
});

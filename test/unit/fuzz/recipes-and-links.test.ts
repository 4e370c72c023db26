import { expect, test } from 'vitest';
import { recipes } from '../../fuzz/recipes.fuzz';
import { links, pictures } from '../../fuzz/share.fuzz';

/** The short form of properties that can be tried for as long as one likes. */
test.each([
  { ...recipes, count: 250 },
  { ...links, count: 600 },
  { ...pictures, count: 400 },
])('$name that are hostile do no harm', { timeout: 120_000 }, async ({ run, count }) => {
  const { tried, faults } = await run(count, 1);
  expect(faults).toEqual([]);
  expect(tried).toBe(count);
});

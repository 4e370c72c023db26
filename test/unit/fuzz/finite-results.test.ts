import { expect, it } from 'vitest';
import { bins } from '../../fuzz/bins.fuzz';
import { finite } from '../../fuzz/finite.fuzz';
import { graphs } from '../../fuzz/graphs.fuzz';

/** Short forms: `WEFT_FUZZ` times as many tries, from another seed. */
const times = Number(process.env.WEFT_FUZZ ?? 1);
const seed = times === 1 ? 1 : Number(process.env.WEFT_FUZZ_SEED ?? Date.now() % 1000);

it.each([
  { property: finite, tries: 40 },
  { property: bins, tries: 6 },
  { property: graphs, tries: 12 },
])('$property.name', { timeout: 120_000 * times }, async ({ property, tries }) => {
  const { tried, faults } = await property.run(tries * times, seed);
  expect(tried).toBe(tries * times);
  expect(faults, `seed ${seed}`).toEqual([]);
});

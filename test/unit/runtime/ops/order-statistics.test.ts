import { expect, it } from 'vitest';
import { ascending } from '../../../../src/runtime/ops/reduce/order-statistics.cpu';
import { randomNumbers } from '../../../support/case-values';

const odd = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, -1e-45];

it.each([
  ['random numbers', Float32Array.from(randomNumbers(500, 1), (value) => 1000 * value)],
  ['many alike, and all that is odd', Float32Array.of(...odd, ...odd, 3, 3, 3, -3, -3, 3.0000002)],
  ['one', Float32Array.of(-7)],
])('finds what sorting finds, rank by rank: %s', (_, values) => {
  const sorted = values.slice().sort();
  const found = ascending(values);
  expect(Array.from(sorted, (__, rank) => found.at(rank))).toEqual([...sorted]);
  expect(found.at(values.length)).toBeUndefined();
  expect(found.at(-1)).toBeUndefined();
});

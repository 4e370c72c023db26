import { expect, test } from 'vitest';
import { metricRows } from '../../../src/editor/run/metric-rows';

const nodes = ['before', 'after'];

test('a plain name and one with its node are the same row where only one node gives it', () => {
  expect(metricRows({ ncc: 0.9 }, { 'after.ncc': { atLeast: 0.8 } }, nodes)).toEqual([
    { name: 'ncc', value: 0.9, bounds: { atLeast: 0.8 } },
  ]);
  expect(metricRows({ 'after.ncc': 0.9 }, { ncc: { atLeast: 0.8 } }, nodes)).toEqual([
    { name: 'after.ncc', value: 0.9, bounds: { atLeast: 0.8 } },
  ]);
});

test('what the engine gives under both names is one row', () => {
  const both = { ncc: 0.9, 'after.ncc': 0.9 };
  expect(metricRows(both, { 'after.ncc': { atLeast: 0.8 } }, nodes)).toEqual([
    { name: 'after.ncc', value: 0.9, bounds: { atLeast: 0.8 } },
  ]);
});

test('a plain name that two nodes give is judged on neither, and said to be missing', () => {
  const two = { 'before.ncc': 0.4, 'after.ncc': 0.9 };
  expect(metricRows(two, { ncc: { atLeast: 0.8 } }, nodes)).toEqual([
    { name: 'before.ncc', value: 0.4, bounds: undefined },
    { name: 'after.ncc', value: 0.9, bounds: undefined },
    { name: 'ncc', value: undefined, bounds: { atLeast: 0.8 } },
  ]);
});

test('a row with dots of its own is not taken for a node', () => {
  const rows = metricRows({ 'dice.mean': 0.7 }, { 'dice.mean': { atLeast: 0.6 } }, nodes);
  expect(rows).toEqual([{ name: 'dice.mean', value: 0.7, bounds: { atLeast: 0.6 } }]);
});

import { expect, test } from 'vitest';
import { detailOf, meanOver } from '../../../../src/runtime/api/engine/metric-details';

test.each([
  ['dice.12', 'labels'],
  ['after.dice.-1', 'labels'],
  ['tre.point.Third ventricle', 'landmarks'],
  ['even.channel.1.fixedFold', 'channels'],
  ['start.masses.shiftMm', 'starts'],
])('%s is one of many', (metric, kind) => {
  expect(detailOf(metric)).toBe(kind);
});

test.each([
  'dice.mean',
  'tre.mean',
  'ncc',
  'ncc.inside',
  'ncc.channel.0',
  'start.taken',
  'even.fixedFold',
])('%s stands for itself', (metric) => {
  expect(detailOf(metric)).toBeUndefined();
});

test('a mean is told as one', () => {
  expect(meanOver('after.dice.mean')).toBe('labels');
  expect(meanOver('ncc')).toBeUndefined();
});

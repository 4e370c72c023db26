import { expect, test } from 'vitest';
import { detailOf, isPartOf, meanOver } from '../../../../src/runtime/api/engine/metric-details';

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

test('what a mean is over are those of its own kind', () => {
  const all = ['dice.1', 'dice.-7', 'dice.oneHotLinear.1', 'surface.hd95Mm.1', 'surface.hdMm.1'];
  const partsOf = (mean: string) => all.filter((metric) => isPartOf(metric, mean));
  expect(partsOf('dice.mean')).toEqual(['dice.1', 'dice.-7']);
  expect(partsOf('dice.oneHotLinear.mean')).toEqual(['dice.oneHotLinear.1']);
  expect(partsOf('surface.hdMm.mean')).toEqual(['surface.hdMm.1']);
  expect(partsOf('surface.unmeasured')).toEqual([]);
  expect(isPartOf('tre.point.A', 'tre.mean')).toBe(true);
  expect(isPartOf('left.tre.point.A', 'right.tre.mean')).toBe(false);
});

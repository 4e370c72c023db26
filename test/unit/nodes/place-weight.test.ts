import { expect, it } from 'vitest';
import { axisAlignedGrid } from '../../../src/imaging/grid';
import { nothingIn, placeWeight } from '../../../src/nodes/shared/place-weight';
import type { ValueId } from '../../../src/runtime/ir/values';
import { fieldOf } from '../../support/case-values';
import { graphOf, runGraph } from '../../support/run-graph';

/** Twice as fine along x as the grid of the field, and reaching less far. */
const fine = axisAlignedGrid([12, 4, 3], [1, 2, 3], [-0.5, 0, 0]);
const coarse = axisAlignedGrid([8, 4, 3], [2, 2, 3], [0, 0, 0]);

it('reads a mask and a map where the field is: a share of a voxel counts as that share', () => {
  const mask = fieldOf(fine, (x) => (x < 6 ? 1 : 0));
  const map = fieldOf(fine, () => 3);
  const graph = graphOf({ mask, map }, (b, values) => {
    const masked = { kind: 'mask', grid: fine, mask: values.mask as ValueId } as const;
    const image = { kind: 'image', grid: fine, channels: 1, image: values.map as ValueId } as const;
    return [
      placeWeight(b.builder, { mask: masked }, coarse) as ValueId,
      placeWeight(b.builder, { mask: masked, weightMap: image }, coarse) as ValueId,
    ];
  });
  const [inside, both] = runGraph(graph, { mask, map });
  const row = [...inside![0]!.slice(0, 8)];
  // Beyond the mask's own grid, from x = 6 on, there is nothing.
  expect(row[0]).toBeCloseTo(1, 6);
  expect(row[1]).toBeCloseTo(1, 1);
  expect(row[4]).toBeLessThan(0.05);
  expect(row.slice(6)).toEqual([0, 0]);
  expect(row[2]! + row[3]!).toBeCloseTo(1, 1);
  for (const [x, share] of row.entries()) expect(both![0]![x]).toBeCloseTo(3 * share, 6);
});

it('says where nothing is weighed, and what is below 0', () => {
  expect(nothingIn('mask')([[0, 0]], [])?.message).toContain('0 everywhere');
  expect(nothingIn('weightMap')([[-2, -1]], [])?.message).toContain('0 everywhere');
  expect(nothingIn('weightMap')([[-0.5, 1]], [])).toMatchObject({ port: 'weightMap' });
  expect(nothingIn('weightMap')([[-0.5, 1]], [])?.message).toContain('-0.5');
  expect(nothingIn('mask')([[0, 1]], [])).toBeUndefined();
  expect(nothingIn('weightMap')([[1, 1]], [])).toBeUndefined();
});

import { expect, test } from 'vitest';
import { axisAlignedGrid } from '../../../src/imaging/grid';
import { labelIdsOf } from '../../../src/imaging/label-ids';
import type { TableValue } from '../../../src/runtime/api/nodes/port-values';
import { labelsOf } from '../../support/case-values';
import { tableOf } from '../../support/run-node';
import { labelsOn } from './lowering';

test('surfaces of a ball and of the same ball three voxels along lie at most that far apart', () => {
  const grid = axisAlignedGrid([24, 18, 18], [2, 1.5, 1]);
  const ball = (centre: number) =>
    labelsOf(grid, (x, y, z) => (Math.hypot(x - centre, y - 8.5, z - 8.5) < 6 ? 1 : 0));
  const found = tableOf({ fixed: ball(8), warped: ball(11) }, (graph, node) => {
    const { labels: fixed } = labelsOn(graph, grid, 'fixed', [5, -7]);
    const { labels: warped } = labelsOn(graph, grid, 'warped', [5, -7]);
    const maps = { kind: 'labels', grid, ids: labelIdsOf([5n, -7n]) };
    const inputs = { fixed: { ...maps, labels: fixed }, warped: { ...maps, labels: warped } };
    return node('evaluate.surface-distance', inputs).table as TableValue;
  });
  // Index 1 is the label −7; 5 occurs in neither map.
  expect(found['surface.hdMm.-7']).toBeCloseTo(6, 12);
  expect(found['surface.hd95Mm.-7']).toBeLessThanOrEqual(6);
  expect(found['surface.hd95Voxels.-7']).toBeLessThanOrEqual(3);
  expect(found['surface.hd95Voxels.-7']).toBeGreaterThan(2);
  // A plane with normal n lies 6·|n·x| away: half of it in the mean over a ball, were its axes alike.
  expect(found['surface.assdMm.-7']).toBeGreaterThan(1.5);
  expect(found['surface.assdMm.-7']).toBeLessThan(3.5);
  expect(found['surface.hdMm.5']).toBe(-1);
  expect(found['surface.hdMm.mean']).toBe(found['surface.hdMm.-7']);
  expect(found['surface.unmeasured']).toBe(1);
});

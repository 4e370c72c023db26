import { expect, test } from 'vitest';
import { axisAlignedGrid } from '../../../src/imaging/grid';
import type { ImageValue } from '../../../src/runtime/api/nodes/port-values';
import { fieldType } from '../../../src/runtime/ir/values';
import { fieldOf } from '../../support/case-values';
import { runNodes } from '../../support/run-node';

/** Voxels of 2 mm along x, where the mask ends between two of them. */
const grid = axisAlignedGrid([40, 5, 4], [2, 1, 3], [0, 0, 0]);

const mapOf = (value: (x: number) => number, least: number): readonly number[] =>
  runNodes({ mask: fieldOf(grid, value) }, (graph, node) => {
    const mask = { kind: 'mask', grid, mask: graph.input('mask', fieldType(grid, 1)) };
    const params = { widthMm: 4, least };
    const { image } = node('prepare.sliding-border', { mask }, params) as { image: ImageValue };
    return { image: image.image };
  }).image![0]!;

test('weights fall along the border of a mask and nowhere else, however far in mm', () => {
  const map = mapOf((x) => (x < 20 ? 1 : 0), 0.1);
  // On each side of the border, 1 mm from it, (1 − 2Φ(1/4))² of what is above the least.
  const beside = 0.1 + 0.9 * (2 * 0.0987) ** 2;
  expect(map[19]).toBeCloseTo(beside, 2);
  expect(map[20]).toBeCloseTo(map[19]!, 9);
  // Monotone to both sides, and 1 from three widths on; where the mask meets the edge of the image too.
  for (let x = 20; x < 39; x += 1) expect(map[x + 1]).toBeGreaterThanOrEqual(map[x]! - 1e-12);
  for (const x of [0, 5, 13, 26, 39]) expect(map[x]).toBeCloseTo(1, 2);
});

test('a mask without a border weighs everything alike', () => {
  for (const value of [0, 1]) {
    for (const v of mapOf(() => value, 0)) expect(v).toBeCloseTo(1, 9);
  }
});

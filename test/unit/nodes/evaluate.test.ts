import { expect, test } from 'vitest';
import { axisAlignedGrid } from '../../../src/imaging/grid';
import { labelIdsOf } from '../../../src/imaging/label-ids';
import type { TableValue } from '../../../src/runtime/api/nodes/port-values';
import type { GraphBuilder } from '../../../src/runtime/compile/graph-builder';
import { fieldType } from '../../../src/runtime/ir/values';
import { fieldOf, labelsOf, scalars } from '../../support/case-values';
import type { CaseValue } from '../../support/op-case';
import { tableOf } from '../../support/run-node';
import { imageOn, labelsOn, refusalOf, transformOn } from './lowering';

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

const slice = axisAlignedGrid([30, 24, 1], [1, 1, 1]);
const textured = fieldOf(slice, (x, y) => 3 + Math.sin(x) + Math.cos(0.7 * y));
const maskOn = (graph: GraphBuilder, key: string) => ({
  kind: 'mask',
  grid: slice,
  mask: graph.input(key, fieldType(slice, 1)),
});

/** What a node says of two images under a mask. */
function compared(
  type: string,
  warped: CaseValue,
  options: { readonly fixed?: CaseValue; readonly mask?: CaseValue } = {},
) {
  const { fixed = textured, mask } = options;
  return tableOf({ fixed, warped, ...(mask && { mask }) }, (graph, node) => {
    const inputs = {
      fixed: imageOn(graph, slice, 'fixed'),
      warped: imageOn(graph, slice, 'warped'),
    };
    return node(type, { ...inputs, ...(mask && { mask: maskOn(graph, 'mask') }) })
      .table as TableValue;
  });
}

const moved = (by: number): CaseValue => ({
  type: textured.type,
  planes: textured.planes.map((plane) => plane.map((v, i) => v + (i % 2 === 0 ? by : -by))),
});
const constant = fieldOf(slice, () => 4);
const emptyMask = fieldOf(slice, () => 0);
const leftHalf = fieldOf(slice, (x) => (x < 15 ? 1 : 0));

test('intensities that are half a unit apart, everywhere and under a mask', () => {
  const values = textured.planes[0]!;
  const peak = Math.max(...values) - Math.min(...values);
  for (const [mask, voxels] of [
    [undefined, 720],
    [leftHalf, 360],
  ] as const) {
    const found = compared('evaluate.intensity-error', moved(0.5), mask && { mask });
    expect(found['error.mse']).toBeCloseTo(0.25, 10);
    expect(found['error.rmse']).toBeCloseTo(0.5, 10);
    expect(found['error.mae']).toBeCloseTo(0.5, 10);
    expect(found['error.ssd']).toBeCloseTo(0.25 * voxels, 8);
    expect(found['error.psnrDb']).toBeCloseTo(20 * Math.log10(peak / 0.5), 8);
  }
});

test('equal, constant and unmeasured images have intensity errors that are said', () => {
  expect(compared('evaluate.intensity-error', textured)['error.psnrDb']).toBe(200);
  const flat = compared('evaluate.intensity-error', textured, { fixed: constant });
  expect(flat['error.psnrDb']).toBe(-200);
  const none = compared('evaluate.intensity-error', moved(1), { mask: emptyMask });
  expect(Object.values(none)).toEqual([-1, -1, -1, -1, -1]);
});

test('structural similarity is 1 of an image with itself and falls as they differ', () => {
  const ssim = (warped: CaseValue, options = {}) =>
    compared('evaluate.structural-similarity', warped, options)['ssim.mean']!;
  expect(ssim(textured)).toBeCloseTo(1, 9);
  const found = [0.05, 0.2, 1].map((by) => ssim(moved(by)));
  expect(found).toEqual([...found].sort((a, b) => b - a));
  expect(found[2]).toBeLessThan(0.8);
  // Two constants differ in brightness alone, with a range of 1.
  const other = fieldOf(slice, () => 2);
  expect(ssim(other, { fixed: constant })).toBeCloseTo((2 * 8 + 1e-4) / (16 + 4 + 1e-4), 9);
  expect(ssim(moved(1), { mask: emptyMask })).toBe(-1);
});

test('structural similarity of mixed noise is what sampled Gaussians give away from the border', () => {
  const noise = (p: number, x: number, y: number) =>
    ((x * x * 3 + y * y * p + x * y * 7) % 101) / 101;
  const inner = fieldOf(slice, (x, y) => (x > 4 && x < 25 && y > 4 && y < 19 ? 1 : 0));
  const warped = fieldOf(slice, (x, y) => 0.6 * noise(11, x, y) + 0.4 * noise(5, x, y));
  const fixed = fieldOf(slice, (x, y) => noise(11, x, y));
  const found = compared('evaluate.structural-similarity', warped, { fixed, mask: inner });
  // By SciPy 1.17, with the settings that scikit-image has; taps here are integrals over voxels.
  expect(Math.abs(found['ssim.mean']! - 0.77901)).toBeLessThan(0.005);
});

test('information is told of images, and of an image and its labels', () => {
  const columns = fieldOf(slice, (x) => (x < 15 ? 0 : 1));
  const rows = labelsOf(slice, (x, y) => (y < 12 ? 0 : x < 15 ? 1 : 2));
  const inputs = { fixed: columns, warped: columns, labels: rows };
  const found = tableOf(inputs, (graph, node) => {
    const images = {
      fixed: imageOn(graph, slice, 'fixed'),
      warped: imageOn(graph, slice, 'warped'),
    };
    const labels = labelsOn(graph, slice, 'labels', [3, 8]);
    return node('evaluate.mutual-information', { ...images, labels }).table as TableValue;
  });
  expect(found['information.mi']).toBeCloseTo(Math.LN2, 12);
  expect(found['information.nmi']).toBeCloseTo(2, 12);
  // Half of the voxels have a label that their column tells.
  expect(found['information.labels.mi']).toBeCloseTo(Math.LN2 / 2, 12);
  expect(found['information.labels.entropyLabels']).toBeCloseTo(1.5 * Math.LN2, 12);
});

test('overlap by a vote stands beside the overlap of what was warped', () => {
  const grid = axisAlignedGrid([8, 6, 4], [1, 1, 1]);
  const half = axisAlignedGrid([8, 6, 4], [1, 1, 1], [0.4, 0, 0]);
  const map = (from: number) => labelsOf(grid, (x) => (x >= from ? 1 : 0));
  const inputs = {
    fixed: map(4),
    warped: map(5),
    moving: map(4),
    'initial.affine': scalars(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0),
  };
  const wire = (
    graph: GraphBuilder,
    node: Parameters<Parameters<typeof tableOf>[1]>[1],
    all: boolean,
  ) => {
    const [fixed, warped] = ['fixed', 'warped'].map((key) => labelsOn(graph, grid, key, [4]));
    const moving = labelsOn(graph, half, 'moving', [4]);
    const transform = transformOn(graph, grid, false);
    return node('evaluate.dice', { fixed, warped, moving, ...(all && { transform }) })
      .table as TableValue;
  };
  const found = tableOf(inputs, (graph, node) => wire(graph, node, true));
  // Of 4 and 3 columns 3 are shared; the vote keeps all 4 where they are.
  expect(found).toEqual({
    'dice.mean': 6 / 7,
    'dice.4': 6 / 7,
    'dice.oneHotLinear.mean': 1,
    'dice.oneHotLinear.4': 1,
  });
  expect(refusalOf(() => tableOf(inputs, (graph, node) => wire(graph, node, false))).port).toBe(
    'transform',
  );
});

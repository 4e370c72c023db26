import { describe, expect, test } from 'vitest';
import { axisAlignedGrid, type Grid } from '../../../src/imaging/grid';
import type {
  ImageValue,
  TableValue,
  TransformValue,
} from '../../../src/runtime/api/nodes/port-values';
import type { GraphBuilder } from '../../../src/runtime/compile/graph-builder';
import { fieldType, scalarsType } from '../../../src/runtime/ir/values';
import { fieldOf, scalars } from '../../support/case-values';
import type { CaseValue } from '../../support/op-case';
import { runNodes, tableOf } from '../../support/run-node';
import { imageOn } from './lowering';

const grid = axisAlignedGrid([16, 14, 10], [1, 1.5, 2], [-8, -10, -9]);
const movingGrid = axisAlignedGrid([20, 20, 14], [1.2, 1.2, 1.8], [-11, -11, -12]);

/** A turn by 20° with a shift and a scale, and a field that is 0 at the edge of the grid. */
const affine = scalars(1.03, -0.376, 0, 2, 0.376, 1.03, 0, -1, 0, 0, 0.9, 0.5);
const wave = (x: number, y: number, z: number): number =>
  Math.sin((Math.PI * x) / 15) * Math.sin((Math.PI * y) / 13) * Math.sin((Math.PI * z) / 9);
const field = fieldOf(
  grid,
  (x, y, z) => 1.2 * wave(x, y, z),
  (x, y, z) => -0.8 * wave(x, y, z),
  (x, y, z) => 0.9 * wave(x, y, z),
);

const inputsOf = (matrix: CaseValue) => ({ affine: matrix, field });
function transformIn(graph: GraphBuilder, bends: boolean, on: Grid = grid): TransformValue {
  const linear = graph.input('affine', scalarsType(12));
  if (!bends) return { kind: 'transform', grid: on, affine: linear };
  const displacement = graph.input('field', fieldType(on, 3));
  return { kind: 'transform', grid: on, affine: linear, displacement };
}

test('an inverse leads back, to what is interpolated', () => {
  const found = tableOf(inputsOf(affine), (graph, node) => {
    const forward = transformIn(graph, true);
    const inputs = { transform: forward, moving: imageOn(graph, movingGrid, 'moving') };
    const { transform: backward, table } = node('transform.invert', inputs) as {
      transform: TransformValue;
      table: TableValue;
    };
    const measured = node('evaluate.inverse-consistency', { forward, backward })
      .table as TableValue;
    return { kind: 'table', rows: [...table.rows, ...measured.rows] };
  });
  expect(found['inverse.maximumMm']).toBeLessThan(1e-6);
  // What is left is linear interpolation of the inverse on another grid of 1 to 2 mm.
  expect(found['consistency.meanMm']).toBeLessThan(0.05);
  expect(found['consistency.maximumMm']).toBeLessThan(0.2);
  expect(found['consistency.insidePercent']).toBeGreaterThan(80);
});

test('an affine is inverted exactly, and two shifts miss by what they are', () => {
  const shift = inputsOf(scalars(1, 0, 0, 3, 0, 1, 0, 0, 0, 0, 1, 4));
  const measure = (invert: boolean, on: Grid) =>
    tableOf(shift, (graph, node) => {
      const forward = transformIn(graph, false);
      const same = { ...forward, grid: on };
      const backward = invert ? node('transform.invert', { transform: same }).transform : same;
      return node('evaluate.inverse-consistency', { forward, backward }).table as TableValue;
    });
  expect(measure(true, grid)['consistency.maximumMm']).toBeLessThan(1e-9);
  expect(measure(false, movingGrid)['consistency.meanMm']).toBeCloseTo(10, 9);
  const away = axisAlignedGrid([4, 4, 4], [1, 1, 1], [500, 0, 0]);
  expect(measure(true, away)).toEqual({
    'consistency.meanMm': -1,
    'consistency.maximumMm': -1,
    'consistency.insidePercent': 0,
  });
});

test('a transform after its inverse is the identity, wherever its field lives', () => {
  const read = runNodes(inputsOf(affine), (graph, node) => {
    const transform = transformIn(graph, true);
    const first = node('transform.invert', {
      transform,
      moving: imageOn(graph, movingGrid, 'm'),
    }).transform;
    const composed = node('transform.compose', { first, second: transform })
      .transform as TransformValue;
    expect(composed.grid).toEqual(movingGrid);
    const moved = node('transform.magnitude', { transform: composed });
    const { rows } = moved.table as TableValue;
    return { mean: rows[0]!.scalars, range: rows[1]!.scalars };
  });
  expect(read.mean![0]![0]).toBeLessThan(0.02);
  expect(read.range![0]![1]).toBeLessThan(0.1);
});

test('the magnitude of a shift is its length everywhere', () => {
  const found = tableOf(inputsOf(scalars(1, 0, 0, 3, 0, 1, 0, 0, 0, 0, 1, 4)), (graph, node) => {
    return node('transform.magnitude', { transform: transformIn(graph, false) })
      .table as TableValue;
  });
  expect(found['magnitude.meanMm']).toBeCloseTo(5, 12);
  expect(found['magnitude.maximumMm']).toBeCloseTo(5, 12);
});

test('a field that stretches by half has that logarithm, and a fold the floor', () => {
  const stretch = fieldOf(
    grid,
    (x) => (x < 8 ? 0.5 * x : 4 - 2 * (x - 8)),
    () => 0,
    () => 0,
  );
  const unmoved = scalars(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);
  const { map } = runNodes({ affine: unmoved, field: stretch }, (graph, node) => {
    const { image } = node('transform.log-jacobian', { transform: transformIn(graph, true) });
    return { map: (image as ImageValue).image };
  });
  const at = (x: number) => map![0]![x + 16 * (7 + 14 * 5)];
  expect(at(4)).toBeCloseTo(Math.log(1.5), 9);
  expect(at(12)).toBeCloseTo(Math.log(0.01), 9);
});

describe('a velocity', () => {
  const growth = fieldOf(
    grid,
    (x) => 0.2 * (x - 8),
    () => 0,
    () => 0,
  );
  const unmoved = scalars(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);
  const flowOf = (params: { readonly time?: number; readonly squarings?: number }) =>
    runNodes({ affine: unmoved, field: growth }, (graph, node) => {
      const transform = transformIn(graph, true);
      const flow = node('transform.exponentiate', { transform }, params)
        .transform as TransformValue;
      return { there: flow.displacement!, back: flow.inverseDisplacement! };
    });
  const twoMmOut = 10 + 16 * (7 + 14 * 5);

  test.each([1, 0.5, -1])('flows for time %f to where its exponential is', (time) => {
    const { there, back } = flowOf({ time });
    expect(there![0]![twoMmOut]).toBeCloseTo(2 * (Math.exp(0.2 * time) - 1), 3);
    expect(back![0]![twoMmOut]).toBeCloseTo(2 * (Math.exp(-0.2 * time) - 1), 3);
  });
});

test('grid lines are where the field takes them from, and fill no slice', () => {
  const shift = fieldOf(
    grid,
    () => 2,
    () => 0,
    () => 0,
  );
  const unmoved = scalars(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);
  const { image } = runNodes({ affine: unmoved, field: shift }, (graph, node) => {
    const wired = { transform: transformIn(graph, true) };
    const drawn = node('view.deformation-grid', wired, { cellVoxels: 5, across: 'x and y' });
    return { image: (drawn.image as ImageValue).image };
  });
  // A cell ends at voxels 4, 9 and 14 of the straight grid; slice 4 is where one ends along z.
  const row = (y: number) => image![0]!.slice(16 * (y + 14 * 4), 16 * (y + 1 + 14 * 4));
  expect([...row(2).entries()].filter(([, v]) => v > 0.99).map(([x]) => x)).toEqual([2, 7, 12]);
  expect(
    row(4)
      .slice(0, 13)
      .every((v) => v > 0.99),
  ).toBe(true);
});

import { expect, test } from 'vitest';
import { axisAlignedGrid } from '../../../src/imaging/grid';
import { onALine } from '../../../src/nodes/initialise/landmarks';
import type { TableValue, TransformValue } from '../../../src/runtime/api/nodes/port-values';
import { pointsOf } from '../../support/case-values';
import { runNodes } from '../../support/run-node';
import { imageOn, refusalOf } from './lowering';

const fixedGrid = axisAlignedGrid([10, 8, 6], [1, 2, 3], [5, 0, -4]);
const movingGrid = axisAlignedGrid([4, 4, 4], [2, 2, 2], [-100, 7, 0]);

test.each([
  ['initialise.identity', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]],
  // Middles are 9.5, 7, 3.5 and −97, 10, 3.
  ['initialise.centres', [1, 0, 0, -106.5, 0, 1, 0, 3, 0, 0, 1, -0.5]],
])('%s looks at grids alone', (type, wanted) => {
  const { affine } = runNodes({}, (graph, node) => {
    const images = {
      fixed: imageOn(graph, fixedGrid, 'f'),
      moving: imageOn(graph, movingGrid, 'm'),
    };
    const { transform } = node(type, images) as { transform: TransformValue };
    expect(transform.grid).toEqual(fixedGrid);
    return { affine: transform.affine };
  });
  expect(affine![0]).toEqual(wanted);
});

/** Landmarks of a square that is shifted and turned by a right angle, and what a node makes of them. */
function fitted(count: number, freedom: string) {
  const points = [
    [0, 0, 0],
    [10, 0, 0],
    [0, 20, 0],
    [3, 4, 5],
  ].slice(0, count);
  const fixed = pointsOf(points);
  const moving = pointsOf(points.map(([x = 0, y = 0, z = 0]) => [1 - y, 2 + x, 3 + z]));
  let rows: TableValue['rows'] = [];
  const read = runNodes({ fixed, moving }, (graph, node) => {
    const landmarks = (key: string, value: typeof fixed) => ({
      kind: 'landmarks',
      count,
      unit: 'mm',
      points: graph.input(key, value.type),
    });
    const inputs = {
      image: imageOn(graph, fixedGrid, 'image'),
      fixed: landmarks('fixed', fixed),
      moving: landmarks('moving', moving),
    };
    const { transform, table } = node('initialise.landmarks', inputs, { freedom }) as {
      transform: TransformValue;
      table: TableValue;
    };
    rows = table.rows;
    return { affine: transform.affine, report: table.rows[0]!.scalars };
  });
  return {
    affine: read.affine![0]!,
    report: read.report![0]!,
    names: rows.map(({ name }) => name),
  };
}

test('landmarks give the map that made them, with nothing left', () => {
  for (const [count, freedom] of [
    [3, 'rigid'],
    [3, 'similarity'],
    [4, 'affine'],
  ] as const) {
    const { affine, report, names } = fitted(count, freedom);
    const wanted = [0, -1, 0, 1, 1, 0, 0, 2, 0, 0, 1, 3];
    affine.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i]!, 9);
    });
    expect(names).toEqual(['landmarks.rmsMm', 'landmarks.meanMm', 'landmarks.maximumMm']);
    expect(Math.max(...report.slice(0, 3))).toBeLessThan(1e-9);
  }
});

test('too few landmarks are refused, and those on a line doubted', () => {
  expect(refusalOf(() => fitted(2, 'rigid')).message).toContain('2 pairs of landmarks');
  expect(refusalOf(() => fitted(3, 'affine')).port).toBe('fixed');
  expect(onALine([[0, 0, 0, 0.5, 0]], [])).toBeUndefined();
  expect(onALine([[0, 0, 0, 0.001, 0]], [])?.about).toBe('landmarks-on-a-line');
});

import { describe, expect, test } from 'vitest';
import { applyMatrix, type Vec3 } from '../../../src/imaging/frames';
import { axisAlignedGrid, centreMm, type Grid, spacingMm } from '../../../src/imaging/grid';
import { gridAlong } from '../../../src/nodes/shared/new-grids';
import type {
  ImageValue,
  LabelsValue,
  TableValue,
} from '../../../src/runtime/api/nodes/port-values';
import { fieldType } from '../../../src/runtime/ir/values';
import { fieldOf, labelsOf, oneSliceGrid, turnedGrid } from '../../support/case-values';
import type { CaseValue } from '../../support/op-case';
import { runNodes } from '../../support/run-node';
import { imageOn, labelsOn, refusalOf } from './lowering';

const grid = turnedGrid([10, 8, 6], [1, 1.5, 2], [3, -4, 5]);

/** What a node makes of an image: its numbers and its grid. */
function prepared(
  type: string,
  image: CaseValue,
  params: Readonly<Record<string, unknown>> = {},
  others: Readonly<Record<string, CaseValue>> = {},
) {
  const gridOf = (value: CaseValue) => (value.type as { readonly grid: Grid }).grid;
  let made: ImageValue | undefined;
  let rows: TableValue['rows'] = [];
  const read = runNodes({ image, ...others }, (graph, node) => {
    const wired = Object.entries({ image, ...others }).map(([name, value]) => {
      const on = gridOf(value);
      return name === 'mask'
        ? [name, { kind: 'mask', grid: on, mask: graph.input(name, fieldType(on, 1)) }]
        : [name, imageOn(graph, on, name)];
    });
    const outputs = node(type, Object.fromEntries(wired), params);
    made = (outputs.image ?? outputs.mask) as ImageValue;
    rows = (outputs.table as TableValue | undefined)?.rows ?? [];
    const field = made.image ?? (outputs.mask as { readonly mask: typeof made.image }).mask;
    return { field, ...Object.fromEntries(rows.map((row) => [row.name, row.scalars])) };
  });
  const table = Object.fromEntries(rows.map(({ name, index }) => [name, read[name]![0]![index]!]));
  return { values: read.field![0]!, grid: made!.grid, table };
}

/** The value of a ramp along the world, which linear interpolation keeps. */
const ramp = (on: Grid) =>
  fieldOf(on, (...voxel) => {
    const [x, y, z] = applyMatrix(on.worldFromVoxel, voxel as Vec3);
    return 2 * x - 3 * y + z;
  });
const constant = fieldOf(grid, () => 7);

describe('resampling', () => {
  test('makes voxels of the size that is asked for about the same middle, and keeps a ramp', () => {
    const params = { spacingXMm: 2, spacingYMm: 0, spacingZMm: 0.5, smoothFirst: false };
    const { grid: made, values } = prepared('prepare.resample', ramp(grid), params);
    expect(made.sizeVoxels).toEqual([5, 8, 24]);
    for (const axis of [0, 1, 2] as const) {
      expect(spacingMm(made)[axis]).toBeCloseTo([2, 1.5, 0.5][axis]!, 12);
      expect(centreMm(made)[axis]).toBeCloseTo(centreMm(grid)[axis], 9);
    }
    const wanted = ramp(made).planes[0]!;
    // The outermost voxels end beyond the middles of the old ones, where the edge goes on.
    const inner = [2 + 5 * (4 + 8 * 12), 1 + 5 * (3 + 8 * 9)];
    for (const i of inner) expect(values[i]).toBeCloseTo(wanted[i]!, 9);
  });

  test('smooths along the axes that become coarser alone', () => {
    const stripes = fieldOf(grid, (x, y) => (x % 2) + 10 * (y % 2));
    const params = { spacingXMm: 4, spacingYMm: 1.5, spacingZMm: 2 };
    const { values } = prepared('prepare.resample', stripes, params);
    // In the middle of the x axis nothing is left of its stripes, and all of those along y.
    const along = [0, 1, 2, 3].map((y) => values[1 + 3 * (y + 8 * 3)]!);
    for (const [y, value] of along.entries()) {
      expect(Math.abs(value - 0.5 - 10 * (y % 2))).toBeLessThan(0.05);
    }
  });

  test('to a reference takes its grid; a slice and a constant stay as they are', () => {
    const other = axisAlignedGrid([4, 5, 3], [2, 2, 2], [4, -1, 7]);
    const reference = fieldOf(other, () => 0);
    const options = { outside: 'edge', smoothFirst: false };
    const { grid: made, values } = prepared('prepare.resample', constant, options, { reference });
    expect(made).toEqual(other);
    expect(values.every((v) => Math.abs(v - 7) < 1e-9)).toBe(true);
    const slice = prepared(
      'prepare.resample',
      fieldOf(oneSliceGrid, () => 1),
      { spacingZMm: 9 },
    );
    expect(slice.grid.sizeVoxels[2]).toBe(1);
    expect(spacingMm(slice.grid)[2]).toBeCloseTo(3, 12);
  });

  test('of labels gives labels that are there', () => {
    const labels = labelsOf(grid, (x) => (x < 5 ? 1 : 2));
    let made: LabelsValue | undefined;
    const read = runNodes({ labels }, (graph, node) => {
      const inputs = { labels: labelsOn(graph, grid, 'labels', [30, 70]) };
      const params = {
        spacingXMm: 0.7,
        spacingYMm: 3,
        spacingZMm: 2,
        interpolation: 'one-hot-linear',
      };
      made = node('prepare.resample-labels', inputs, params).labels as LabelsValue;
      return { labels: made.labels };
    });
    expect(made!.ids).toEqual([0n, 30n, 70n]);
    expect(made!.grid.sizeVoxels).toEqual([14, 4, 6]);
    const row = read.labels![0]!.slice(14, 28);
    expect(new Set(row)).toEqual(new Set([1, 2]));
    expect(row).toEqual([...row].sort());
  });

  test('to more voxels than a plan takes is refused', () => {
    const params = { spacingXMm: 0.0001, spacingYMm: 0.0001, spacingZMm: 0.0001 };
    expect(refusalOf(() => prepared('prepare.resample', constant, params)).parameter).toBe(
      'spacingXMm',
    );
  });
});

describe('cropping and padding', () => {
  test('keep numbers and places, and fill what is added', () => {
    const params = {
      xBefore: -2,
      xAfter: 3,
      zBefore: 2.1,
      unit: 'mm',
      outside: 'value',
      outsideValue: -9,
    };
    const { grid: made, values } = prepared('prepare.crop-pad', ramp(grid), params);
    expect(made.sizeVoxels).toEqual([11, 8, 7]);
    const wanted = ramp(made).planes[0]!;
    values.forEach((value, i) => {
      const [x, z] = [i % 11, Math.floor(i / 88)];
      const isAdded = x >= 8 || z < 1;
      expect(Math.abs(value - (isAdded ? -9 : wanted[i]!))).toBeLessThan(1e-9);
    });
  });

  test('of everything, or of a slice across itself, are refused', () => {
    const refused = (image: CaseValue, params: object) =>
      refusalOf(() => prepared('prepare.crop-pad', image, params as never)).parameter;
    expect(refused(constant, { yBefore: -5, yAfter: -3 })).toBe('yBefore');
    expect(
      refused(
        fieldOf(oneSliceGrid, () => 1),
        { zAfter: 2 },
      ),
    ).toBe('zAfter');
  });
});

test.each(['RAS', 'LPS', 'LIA', 'PSR'])('reorienting to %s moves no voxel', (orientation) => {
  const { grid: made, values } = prepared('prepare.reorient', ramp(grid), { orientation });
  const wanted = ramp(made).planes[0]!;
  expect([...values].every((value, i) => Math.abs(value - wanted[i]!) < 1e-9)).toBe(true);
  // The axes of the grid are turned by less than half a right angle from the world's.
  const places = { R: [0, 1], L: [0, -1], A: [1, 1], P: [1, -1], S: [2, 1], I: [2, -1] } as const;
  [...orientation].forEach((letter, axis) => {
    const [world, sign] = places[letter as keyof typeof places];
    expect(made.worldFromVoxel[4 * world + axis]! * sign).toBeGreaterThan(
      0.6 * spacingMm(made)[axis]!,
    );
  });
  expect(gridAlong(made, 'RAS').sizeVoxels).toEqual(grid.sizeVoxels);
});

describe('intensities', () => {
  const ladder = fieldOf(axisAlignedGrid([101, 4, 1], [1, 1, 1]), (x) => x);

  test('are clamped at quantiles or values', () => {
    const cut = prepared('prepare.clamp', ladder, { lowerPercent: 10, upperPercent: 90 }).values;
    // A value lies in four voxels, so that a tenth of them ends within it.
    expect([Math.min(...cut), Math.max(...cut), cut[50]]).toEqual([10, 90, 50]);
    const set = prepared('prepare.clamp', ladder, {
      by: 'values',
      lowest: -5,
      highest: 30.5,
    }).values;
    expect([Math.min(...set), Math.max(...set)]).toEqual([0, 30.5]);
    expect(new Set(prepared('prepare.clamp', constant).values)).toEqual(new Set([7]));
    const exchanged = { by: 'values', lowest: 2, highest: 1 };
    expect(refusalOf(() => prepared('prepare.clamp', ladder, exchanged)).parameter).toBe('lowest');
  });

  test('are standardized, within a mask too, and are 0 where there is nothing to divide by', () => {
    const { values } = prepared('prepare.standardize', ladder);
    const deviation = Math.sqrt((101 ** 2 - 1) / 12);
    expect(values[0]).toBeCloseTo(-50 / deviation, 9);
    const mask = fieldOf(axisAlignedGrid([101, 4, 1], [1, 1, 1]), (x) => (x < 21 ? 1 : 0));
    const inside = prepared('prepare.standardize', ladder, {}, { mask }).values;
    expect(inside[100]).toBeCloseTo(90 / Math.sqrt((21 ** 2 - 1) / 12), 9);
    const empty = fieldOf(axisAlignedGrid([101, 4, 1], [1, 1, 1]), () => 0);
    expect(new Set(prepared('prepare.standardize', ladder, {}, { mask: empty }).values)).toEqual(
      new Set([0]),
    );
    expect(prepared('prepare.standardize', ladder, { to: 'min-max' }).values[25]).toBeCloseTo(
      0.25,
      12,
    );
    for (const to of ['z-score', 'min-max']) {
      expect(new Set(prepared('prepare.standardize', constant, { to }).values)).toEqual(
        new Set([0]),
      );
    }
  });

  test('are smoothed alike in mm on voxels that are not', () => {
    const [a, b] = [axisAlignedGrid([41, 31, 1], [1, 2, 5]), [20, 15]] as const;
    const point = fieldOf(a, (x, y) => (x === b[0] && y === b[1] ? 1 : 0));
    const { values } = prepared('prepare.smooth', point, { sigma: 4 });
    const at = (x: number, y: number) => values[x + 41 * y]!;
    expect(at(26, 15) / at(20, 18)).toBeCloseTo(1, 1);
    expect(values.reduce((sum, v) => sum + v, 0)).toBeCloseTo(1, 3);
    expect(
      prepared('prepare.smooth', constant, { sigma: 3 }).values.every(
        (v) => Math.abs(v - 7) < 1e-9,
      ),
    ).toBe(true);
    expect(
      refusalOf(() =>
        prepared(
          'prepare.smooth',
          fieldOf(axisAlignedGrid([9, 9, 9], [0.1, 0.1, 0.1]), () => 0),
          { sigma: 20 },
        ),
      ).parameter,
    ).toBe('sigma');
  });

  test('of a foreground lie above the threshold', () => {
    const body = fieldOf(grid, (x, y) => (x > 3 ? 80 : 4) + (y % 2));
    const { values, table } = prepared('prepare.foreground-mask', body);
    expect([...values]).toEqual([...fieldOf(grid, (x) => (x > 3 ? 1 : 0)).planes[0]!]);
    expect(table['foreground.percent']).toBeCloseTo(60, 9);
    expect(table['foreground.threshold']).toBeGreaterThan(6);
    expect(table['foreground.threshold']).toBeLessThan(80);
    const dark = prepared('prepare.foreground-mask', body, { foreground: 'dark' });
    expect(dark.table['foreground.percent']).toBeCloseTo(40, 9);
  });

  test('are matched with a reference on another grid', () => {
    const reference = fieldOf(axisAlignedGrid([101, 1, 1], [3, 3, 3]), (x) => 10 + 0.5 * x);
    const { values } = prepared('prepare.match-histogram', ladder, {}, { reference });
    for (const [x, value] of values.slice(0, 101).entries()) {
      expect(value).toBeCloseTo(10 + 0.5 * x, 6);
    }
  });
});

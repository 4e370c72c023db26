import { describe, expect, it } from 'vitest';
import { applyMatrix, invertMatrix, type Matrix3x4, type Vec3 } from '../../../src/imaging/frames';
import type { Grid } from '../../../src/imaging/grid';
import type { TableValue, TransformValue } from '../../../src/runtime/api/nodes/port-values';
import { fieldOf, randomNumbers, turnedGrid } from '../../support/case-values';
import type { CaseValue } from '../../support/op-case';
import { runNodes } from '../../support/run-node';
import { textureAt } from '../../support/texture';
import { imageOn, refusalOf, sliceGrid, volumeGrid } from './lowering';

const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] as unknown as Matrix3x4;
const grid = turnedGrid([20, 18, 17], [1.2, 1, 1.4], [3, -4, 5]);

/** A texture of the world, as an affine from the fixed world has moved them. */
function texture(on: Grid, moved: Matrix3x4 = identity): CaseValue {
  const back = invertMatrix(moved);
  return fieldOf(on, (i, j, k) => {
    const [x, y, z] = applyMatrix(back, applyMatrix(on.worldFromVoxel, [i, j, k]));
    return textureAt(x, y, z);
  });
}

function matched(
  fixed: readonly [Grid, CaseValue],
  moving: readonly [Grid, CaseValue],
  params: Readonly<Record<string, unknown>> = {},
) {
  let rows: TableValue['rows'] = [];
  const read = runNodes({ fixed: fixed[1], moving: moving[1] }, (graph, node) => {
    const images = {
      fixed: imageOn(graph, fixed[0], 'fixed'),
      moving: imageOn(graph, moving[0], 'moving'),
    };
    const { transform, table } = node('initialise.blocks', images, params) as {
      transform: TransformValue;
      table: TableValue;
    };
    rows = table.rows;
    return { affine: transform.affine, report: table.rows[0]!.scalars };
  });
  const affine = read.affine![0]! as unknown as Matrix3x4;
  return {
    affine,
    of: (name: string) => read.report![0]![rows.find((row) => row.name === name)!.index]!,
  };
}

/** How far apart two maps lie at most at the corners of a grid, mm. */
function errorMm(on: Grid, a: Matrix3x4, b: Matrix3x4): number {
  return Math.max(
    ...Array.from({ length: 8 }, (_, corner) => {
      const at = on.sizeVoxels.map((n, axis) => (corner >> axis) & 1 && n - 1) as unknown as Vec3;
      const world = applyMatrix(on.worldFromVoxel, at);
      const [p, q] = [applyMatrix(a, world), applyMatrix(b, world)];
      return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
    }),
  );
}

/** Turned by 4° about an oblique axis, with 5 % of stretch and 3 % of shear, and shifted. */
const known = [
  1.05, -0.05, 0.03, 1.4, 0.06, 0.97, -0.04, -1.1, -0.02, 0.05, 1.01, 0.9,
] as unknown as Matrix3x4;
const around = turnedGrid([28, 26, 24], [1.1, 1.1, 1.3], [0, -8, 1]);

describe('initialise.blocks', () => {
  it('finds an affine of which the other image lies on another grid', () => {
    const { affine, of } = matched([grid, texture(grid)], [around, texture(around, known)], {
      levels: 1,
      iterations: 6,
    });
    expect(errorMm(grid, known, identity)).toBeGreaterThan(3.5);
    expect(errorMm(grid, known, affine)).toBeLessThan(0.3);
    expect(of('blocks.matched')).toBeGreaterThan(0.8 * of('blocks.tried'));
    expect(of('blocks.correlation')).toBeGreaterThan(0.95);
  });

  it('gives a rigid map where that is asked for', () => {
    const { affine } = matched([grid, texture(grid)], [around, texture(around, known)], {
      levels: 1,
      freedom: 'rigid',
    });
    const columns = [0, 1, 2].map((c) => [affine[c]!, affine[4 + c]!, affine[8 + c]!]);
    columns.forEach((a, i) => {
      columns.forEach((b, j) => {
        const product = a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
        expect(product).toBeCloseTo(i === j ? 1 : 0, 6);
      });
    });
  });

  it('leaves out what has no partner, which a fit to all matches does not', () => {
    // A third of the moving image shows something else, or nothing that is a number.
    const moving = texture(around, known);
    const noise = randomNumbers(moving.planes[0]!.length, 7);
    const [nx, ny] = around.sizeVoxels;
    moving.planes[0]!.forEach((_, i) => {
      if (Math.floor(i / (nx * ny)) < 15 || i % nx > 24) return;
      moving.planes[0]![i] = i % 977 === 0 ? Number.NaN : 3 * noise[i]!;
    });
    const errors = [50, 100].map((inliersPercent) => {
      const { affine } = matched([grid, texture(grid)], [around, moving], {
        levels: 1,
        iterations: 2,
        inliersPercent,
        blocksPercent: 100,
      });
      return errorMm(grid, known, affine);
    });
    expect(errors[0]).toBeLessThan(0.8);
    expect(errors[1]).toBeGreaterThan(2 * errors[0]!);
  });

  it('finds nothing in an image that is the same everywhere, and says so', () => {
    const flat = fieldOf(grid, () => 7);
    for (const pair of [
      [flat, texture(grid)],
      [texture(grid), flat],
    ] as const) {
      const { affine, of } = matched([grid, pair[0]], [grid, pair[1]], { levels: 1 });
      expect(affine).toEqual(identity);
      expect(of('blocks.matched')).toBe(0);
    }
  });

  it('keeps two slices in their plane', () => {
    const shifted = [1, 0, 0, 3, 0, 1, 0, -2, 0, 0, 1, 0] as unknown as Matrix3x4;
    const { affine } = matched(
      [sliceGrid, texture(sliceGrid)],
      [sliceGrid, texture(sliceGrid, shifted)],
      {
        levels: 1,
        freedom: 'rigid',
      },
    );
    expect(errorMm(sliceGrid, shifted, affine)).toBeLessThan(0.2);
    expect(affine[11]).toBeCloseTo(0, 6);
  });

  it('refuses a slice as what a volume is to be found in', () => {
    const told = refusalOf(() =>
      runNodes({}, (graph, node) => {
        const images = {
          fixed: imageOn(graph, volumeGrid, 'f'),
          moving: imageOn(graph, sliceGrid, 'm'),
        };
        const { transform } = node('initialise.blocks', images) as { transform: TransformValue };
        return { affine: transform.affine };
      }),
    );
    expect(told.port).toBe('moving');
  });
});

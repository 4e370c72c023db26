import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyMatrix, type Matrix3x4, type WorldFromVoxel } from '../../../src/imaging/frames';
import type { Grid } from '../../../src/imaging/grid';
import { levelContext, levelGrid, shrinkImage } from '../../../src/nodes/registration/pyramid';
import { GraphBuilder } from '../../../src/runtime/compile/graph-builder';
import { imageOn, opNames, sliceGrid, volumeGrid } from './lowering';

// biome-ignore format: rows of a matrix
const oblique: Matrix3x4 = [
  1.1, 0.3, -0.2, 10,
  -0.4, 1.9, 0.1, -20,
  0.2, -0.1, 2.7, 5,
];

describe('the grid of a level', () => {
  test('fills the same box of the world, oblique or not, at any size and shrink factor', () => {
    const length = fc.integer({ min: 1, max: 120 });
    const shrink = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(length, length, length, shrink, (nx, ny, nz, factor) => {
        const grid: Grid = { sizeVoxels: [nx, ny, nz], worldFromVoxel: oblique as WorldFromVoxel };
        const coarse = levelGrid(grid, factor);
        const [mx, my, mz] = coarse.sizeVoxels;
        const near = applyMatrix(coarse.worldFromVoxel, [-0.5, -0.5, -0.5]);
        const far = applyMatrix(coarse.worldFromVoxel, [mx - 0.5, my - 0.5, mz - 0.5]);
        const expectedFar = applyMatrix(oblique, [nx - 0.5, ny - 0.5, nz - 0.5]);
        const expectedNear = applyMatrix(oblique, [-0.5, -0.5, -0.5]);
        for (const axis of [0, 1, 2]) {
          expect(near[axis]).toBeCloseTo(expectedNear[axis]!, 8);
          expect(far[axis]).toBeCloseTo(expectedFar[axis]!, 8);
        }
      }),
    );
  });

  test('shrinks long axes by the factor, thin ones less, single slices not at all', () => {
    const grid: Grid = { sizeVoxels: [91, 18, 1], worldFromVoxel: oblique as WorldFromVoxel };
    expect(levelGrid(grid, 4).sizeVoxels).toEqual([23, 16, 1]);
    expect(levelGrid(grid, 1)).toEqual(grid);
    const eight: Grid = { ...grid, sizeVoxels: [8, 64, 109] };
    expect(levelGrid(eight, 2).sizeVoxels).toEqual([8, 32, 55]);
  });
});

describe('an image at a level', () => {
  test('is smoothed by half the shrinking of each axis, then read on the level’s grid', () => {
    const graph = new GraphBuilder();
    const image = imageOn(graph, volumeGrid, 'fixed');
    const level = shrinkImage(graph.builder, image, 2, 0.5);
    const { ops } = graph.finish([level.image]);
    expect(opNames(ops)).toEqual(['gaussian', 'sample']);
    expect(level.grid.sizeVoxels).toEqual([20, 18, 16]);
    expect(ops[0]?.attributes.sigmaVoxels).toEqual([1, 1, (0.5 * 20) / 16]);
    expect(ops[0]?.attributes.edges).toBe('renormalize');
    expect(ops[1]?.attributes).toMatchObject({ size: [20, 18, 16], outside: 'edge' });
  });

  test('is itself at full resolution', () => {
    const graph = new GraphBuilder();
    const image = imageOn(graph, volumeGrid, 'fixed');
    expect(shrinkImage(graph.builder, image, 1, 0.5)).toEqual({
      image: image.image,
      grid: volumeGrid,
    });
    expect(graph.finish([]).ops).toEqual([]);
  });
});

test('a level knows its shortest edge; the thickness of a slice does not count', () => {
  const graph = new GraphBuilder();
  const at = (grid: Grid) =>
    levelContext(grid, { level: 0, levels: 1 }, { ...imageOn(graph, grid, 'fixed'), grid });
  const thinSlice = { ...sliceGrid, worldFromVoxel: [...sliceGrid.worldFromVoxel] };
  thinSlice.worldFromVoxel[10] = 0.1;
  expect(at(sliceGrid).voxelMm).toBe(1);
  expect(at(thinSlice as unknown as Grid).voxelMm).toBe(1);
  expect(at(volumeGrid)).toMatchObject({ voxelMm: 2, radiusMm: 40, centreMm: [-1, -1, -1.5] });
});

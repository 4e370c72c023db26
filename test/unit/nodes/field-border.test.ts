import { describe, expect, test } from 'vitest';
import { axisAlignedGrid, type Grid } from '../../../src/imaging/grid';
import type { ImageVolume } from '../../../src/imaging/volume';
import { createCpuDevice } from '../../../src/runtime/cpu/device';
import { runRegistration } from '../../support/small-registration';

const size = 24;
const shiftMm = 2.4;

/** Waves that reach beyond every edge, seen `shiftMm` further along x, on voxels of 2 mm. */
function waves(grid: Grid, shift: number): ImageVolume {
  const [nx, ny] = grid.sizeVoxels;
  const at = (voxel: number, row: number): number => 2 * voxel + (grid.worldFromVoxel[row] ?? 0);
  const values = Float32Array.from({ length: nx * ny }, (_, i) => {
    const [x, y] = [at(i % nx, 3) + shift, at(Math.floor(i / nx), 7)];
    return 0.5 + 0.25 * (Math.sin(x / 3.1 + 1) + Math.sin(x / 7 + y / 4)) * Math.cos(y / 5);
  });
  return { kind: 'image', grid, values, storedType: 'float32' };
}

const fixed = waves(axisAlignedGrid([size, size, 1], [2, 2, 2]), shiftMm);
const moving = waves(axisAlignedGrid([size + 12, size + 12, 1], [2, 2, 2], [-12, -12, 0]), 0);

/** The mean motion along x in the outermost columns, mm. */
async function motionAtEdge(model: string, border: string): Promise<number> {
  const { results } = await runRegistration(createCpuDevice({ threads: 1 }), {
    fixed,
    moving,
    model,
    modelParameters: { smoothFieldVoxels: 0.7, smoothGradientVoxels: 1.5, border },
    optimizer: 'optimizer.gradient-descent',
    parameters: { stepVoxels: 0.1 },
    iterations: [60],
  });
  const along = Array.from(results.displacement![0]!);
  const edge = along.filter((_, i) => i % size === 0 || i % size === size - 1);
  return edge.reduce((sum, u) => sum + u, 0) / edge.length;
}

describe.each(['model.greedy', 'model.svf'])('%s', (model) => {
  test('lets a free border move with the image, and holds a still one', async () => {
    expect(Math.abs((await motionAtEdge(model, 'free')) - shiftMm)).toBeLessThan(0.25 * shiftMm);
    expect(await motionAtEdge(model, 'still')).toBeLessThan(0.6 * shiftMm);
  });
});

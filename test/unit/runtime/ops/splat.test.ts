import { describe, expect, test } from 'vitest';
import type { Grid } from '../../../../src/imaging/grid';
import { voxelCount, voxelFromWorld } from '../../../../src/imaging/grid';
import { rowExtents, splatLinear } from '../../../../src/runtime/ops/sample/splat.cpu';
import { obliqueGrid, oneSliceGrid, randomField, turnedGrid } from '../../../support/case-values';

const volume = [turnedGrid([9, 8, 7], [1.1, 0.9, 1.7], [3, -4, 5]), obliqueGrid] as const;
const slice = [turnedGrid([11, 9, 1], [0.9, 0.8, 3], [-2, 1, 4]), oneSliceGrid] as const;

/** The sum of all parts, from extents that were themselves made in parts. */
function splatInParts([target, source]: readonly [Grid, Grid], outside: number, parts: number) {
  const [nx, ny, nz] = target.sizeVoxels;
  const [sourceNx, sourceNy, sourceNz] = source.sizeVoxels;
  const p = {
    ...{ nx, ny, nz, sourceNx, sourceNy, sourceNz, outside, displaced: 1, transformed: 0 },
    worldFromTarget: target.worldFromVoxel,
    sourceFromWorld: voxelFromWorld(source),
  };
  // Far enough that rows cross slabs, leave the source and come back.
  const [x, y, z] = randomField(target, 3, 7, 3).planes.map((plane) => Float32Array.from(plane));
  const [cotangent] = randomField(target, 1, 8).planes.map((plane) => Float32Array.from(plane));
  const value = new Float32Array(voxelCount(source)).fill(7);
  const rows = new Float32Array(2 * ny * nz);
  const shares = Array.from({ length: parts }, (_, part) => ({ part, parts }));
  for (const share of shares) rowExtents([x!, y!, z!], undefined, rows, p, share);
  for (const share of shares) {
    splatLinear(cotangent!, [x!, y!, z!], undefined, value, rows, p, share);
  }
  return value;
}

describe.each([
  ['volume', volume],
  ['slice', slice],
] as const)('splatting onto a %s', (_, grids) => {
  test.each([
    ['zero', 0],
    ['edge', 1],
    ['cut', 2],
  ])('gives the same bits for any number of threads, outside: %s', (_name, outside) => {
    const alone = splatInParts(grids, outside, 1);
    expect(alone.some((sum) => sum !== 0)).toBe(true);
    for (const parts of [2, 3, 8]) expect(splatInParts(grids, outside, parts)).toEqual(alone);
  });
});

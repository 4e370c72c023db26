import { describe, expect, test } from 'vitest';
import type { Grid } from '../../../../src/imaging/grid';
import { voxelCount, voxelFromWorld } from '../../../../src/imaging/grid';
import { rowExtents } from '../../../../src/runtime/ops/sample/splat.cpu';
import { splatted } from '../../../../src/runtime/ops/sample/splat.simd';
import { simdOver } from '../../../../src/runtime/simd/simd';
import { obliqueGrid, oneSliceGrid, randomField, turnedGrid } from '../../../support/case-values';

const volume = [turnedGrid([9, 8, 7], [1.1, 0.9, 1.7], [3, -4, 5]), obliqueGrid] as const;
const slice = [turnedGrid([11, 9, 1], [0.9, 0.8, 3], [-2, 1, 4]), oneSliceGrid] as const;

/** The sum of all parts, from extents that were themselves made in parts; by WebAssembly or by plain loops. */
function splatInParts(
  [target, source]: readonly [Grid, Grid],
  outside: number,
  parts: number,
  { byWasm = false, displaced = true } = {},
) {
  const [nx, ny, nz] = target.sizeVoxels;
  const [sourceNx, sourceNy, sourceNz] = source.sizeVoxels;
  const p = {
    ...{ nx, ny, nz, sourceNx, sourceNy, sourceNz, outside, displaced: 1, transformed: 0 },
    worldFromTarget: target.worldFromVoxel,
    sourceFromWorld: voxelFromWorld(source),
  };
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 64 });
  let end = 65536;
  const arrayOf = (numbers: ArrayLike<number>) => {
    const array = new Float32Array(memory.buffer, end, numbers.length);
    array.set(numbers);
    end += 4 * numbers.length + 64;
    return array;
  };
  // Far enough that rows cross slabs, leave the source and come back; some are no numbers.
  const [x, y, z] = randomField(target, 3, 7, 3).planes.map(arrayOf);
  x![5] = Number.NaN;
  y![17] = Number.POSITIVE_INFINITY;
  const displacement = displaced ? ([x!, y!, z!] as const) : undefined;
  const [cotangent] = randomField(target, 1, 8).planes.map(arrayOf);
  const value = arrayOf(new Float32Array(voxelCount(source)).fill(7));
  const rows = arrayOf(new Float32Array(2 * ny * nz));
  const simd = byWasm ? simdOver(memory, end + (8 - (end % 8))) : undefined;
  const shares = Array.from({ length: parts }, (_, part) => ({ part, parts }));
  for (const share of shares) rowExtents(displacement, undefined, rows, p, share);
  for (const share of shares) {
    const arrays = { cotangent: cotangent!, displacement, affine: undefined, value, rows };
    splatted(arrays, p, share, simd);
  }
  return value.slice();
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

  test.each([
    ['zero', 0],
    ['edge', 1],
    ['cut', 2],
  ])('gives the bits of plain loops by WebAssembly, outside: %s', (_name, outside) => {
    for (const displaced of [true, false]) {
      for (const parts of [1, 3]) {
        expect(splatInParts(grids, outside, parts, { byWasm: true, displaced })).toEqual(
          splatInParts(grids, outside, 1, { displaced }),
        );
      }
    }
  });
});

import { expect, it } from 'vitest';
import type { Share } from '../../../../src/runtime/ops/define-kernel';
import { correlationCotangents } from '../../../../src/runtime/ops/lncc/lncc.simd';
import {
  correlationBySimd,
  momentsBySimd,
} from '../../../../src/runtime/ops/window/window-moments.simd';
import { scratchFloats, simdOver } from '../../../../src/runtime/simd/simd';
import { randomNumbers } from '../../../support/case-values';

const pages = 64;
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
const simd = simdOver(memory, 65536 * pages - 4 * scratchFloats);

const alone: Share = { part: 0, parts: 1 };
const inThree: readonly Share[] = [0, 1, 2].map((part) => ({ part, parts: 3 }));

/** Rows that are no whole number of vectors, axes shorter than a window, more rows than a block has. */
const grids = [
  [7, 5, 3, 2],
  [5, 2, 9, 1],
  [13, 70, 2, 2],
  [96, 7, 4, 2],
  [13, 11, 25, 4],
  [37, 41, 3, 7],
  [6, 50, 20, 5],
] as const;

it.each(grids)('%i × %i × %i, radius %i: one walk gives the bits of two', (nx, ny, nz, radius) => {
  const count = nx * ny * nz;
  const plane = (index: number): Float32Array =>
    new Float32Array(memory.buffer, 65536 + 4 * index * (count + 4), count);
  const [fixed, warped, meanFixed, meanFixedSquared, weight] = [0, 1, 2, 3, 4].map((index) => {
    const made = plane(index);
    made.set(randomNumbers(count, index + 1).map((v) => 0.5 + 0.5 * v));
    return made;
  }) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
  const means = (from: number) => ({
    meanWarped: plane(from),
    meanWarpedSquared: plane(from + 1),
    meanProduct: plane(from + 2),
  });
  const given = { fixed, warped, meanFixed, meanFixedSquared, weight };
  const numbers = { nx, ny, nz, radius };
  const [cotangent, epsilon] = [1.5, 1e-3];
  const scale = -cotangent / count;

  const two = means(5);
  momentsBySimd(simd, [fixed, warped], Object.values(two), numbers, alone);
  const ofLoss = { cotangent: Float32Array.of(cotangent) };
  correlationCotangents({ ...given, ...two, ...ofLoss }, { count, epsilon }, alone, simd);

  const one = { ...means(8), partials: plane(11) };
  correlationBySimd(simd, { ...given, ...one }, { ...numbers, scale, epsilon }, alone);
  const { partials: _, ...found } = one;
  expect(Object.values(found)).toEqual(Object.values(two));

  const shared = { ...means(12), partials: plane(15) };
  for (const share of inThree) {
    correlationBySimd(simd, { ...given, ...shared }, { ...numbers, scale, epsilon }, share);
  }
  expect(shared.meanProduct).toEqual(one.meanProduct);
  expect([...shared.partials.subarray(0, ny * nz)]).toEqual([...one.partials.subarray(0, ny * nz)]);
});

import { expect, it } from 'vitest';
import type { Share } from '../../../../src/runtime/ops/define-kernel';
import { chainedToDisplacement } from '../../../../src/runtime/ops/sample/sample.simd';
import {
  smoothBySimd,
  smoothChainedBySimd,
} from '../../../../src/runtime/ops/smooth/gaussian.simd';
import { scratchFloats, simdOver } from '../../../../src/runtime/simd/simd';
import { randomNumbers } from '../../../support/case-values';

type Planes = [Float32Array, Float32Array, Float32Array];

const pages = 64;
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
const simd = simdOver(memory, 65536 * pages - 4 * scratchFloats);
const alone: Share = { part: 0, parts: 1 };
const inThree: readonly Share[] = [0, 1, 2].map((part) => ({ part, parts: 3 }));

/** Rows that are no whole number of vectors, axes shorter than a Gaussian, more rows than a block has. */
const situations = [
  { size: [7, 5, 3], radii: [2, 2, 2] },
  { size: [5, 2, 9], radii: [1, 0, 3] },
  { size: [13, 90, 2], radii: [0, 2, 1] },
  { size: [96, 7, 4], radii: [3, 1, 2] },
] as const;

it.each(situations)('one walk gives the bits of two: %j', ({ size, radii }) => {
  const count = size[0] * size[1] * size[2];
  const plane = (index: number): Float32Array =>
    new Float32Array(memory.buffer, 65536 + 4 * index * (count + 4), count);
  const three = (from: number) => [0, 1, 2].map((axis) => plane(from + axis)) as Planes;
  for (let index = 0; index < 4; index += 1) plane(index).set(randomNumbers(count, index + 1));
  const [cotangent, slope] = [plane(0), three(1)];
  const axes = radii.map((radius) => ({ radius, sigmaVoxels: radius / 2 || 1 })) as never;
  const map = [0.5, 0.1, -0.2, 0.05, 0.7, 0.1, 0.3, -0.1, 0.4];

  const one = three(4);
  const planes = { cotangent, slope, smoothed: one };
  smoothChainedBySimd(simd, planes, Float64Array.from(map), size, axes, alone);

  const shared = { ...planes, smoothed: three(7) };
  for (const share of inThree) {
    smoothChainedBySimd(simd, shared, Float64Array.from(map), size, axes, share);
  }
  expect(shared.smoothed).toEqual(one);

  // Last, as the chain rule alone is in place.
  const sourceFromWorld = [0, 3, 6].flatMap((row) => [...map.slice(row, row + 3), 0]);
  const worldFromTarget = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
  const points = { sourceFromWorld, worldFromTarget, transformed: 0 };
  chainedToDisplacement({ cotangent, affine: undefined, value: slope }, points, alone, simd);
  const two = three(10);
  two.forEach((target, axis) => {
    smoothBySimd(simd, slope[axis]!, target, size, axes, alone);
  });
  expect(one).toEqual(two);
});

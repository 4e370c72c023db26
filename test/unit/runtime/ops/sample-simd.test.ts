import { expect, it } from 'vitest';
import { composed } from '../../../../src/runtime/ops/compose/compose.simd';
import type { Share } from '../../../../src/runtime/ops/define-kernel';
import { sampleLinearly, weighInside } from '../../../../src/runtime/ops/sample/sample.simd';
import { scratchFloats, simdOver } from '../../../../src/runtime/simd/simd';
import { randomNumbers } from '../../../support/case-values';

type Triple = readonly [number, number, number];

const pages = 64;
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
const simd = simdOver(memory, 65536 * pages - 4 * scratchFloats);

/** Planes of one size, one after the other in the memory. */
function planesOf(count: number, length: number): readonly Float32Array[] {
  return Array.from(
    { length: count },
    (_, i) => new Float32Array(memory.buffer, 65536 + 4 * i * length, length),
  );
}

const three = (planes: readonly Float32Array[], from: number) =>
  planes.slice(from, from + 3) as unknown as [Float32Array, Float32Array, Float32Array];

const inTwo: readonly Share[] = [0, 1].map((part) => ({ part, parts: 2 }));
const alone: Share = { part: 0, parts: 1 };

const grids: readonly (readonly [target: Triple, source: Triple])[] = [
  [
    [4, 3, 2],
    [2, 2, 2],
  ],
  [
    [7, 5, 3],
    [6, 1, 4],
  ],
  [
    [9, 4, 1],
    [5, 7, 1],
  ],
  [
    [6, 5, 4],
    [6, 5, 4],
  ],
  [
    [5, 1, 6],
    [3, 1, 1],
  ],
];

/** A map under which points lie within, at and far beyond every edge of the source. */
function numbersOf([nx, ny, nz]: Triple, [sourceNx, sourceNy, sourceNz]: Triple, outside: number) {
  const stretch = (target: number, source: number): number => (1.7 * source) / target;
  const [x, y, z] = [stretch(nx, sourceNx), stretch(ny, sourceNy), stretch(nz, sourceNz)];
  return {
    ...{ nx, ny, nz, sourceNx, sourceNy, sourceNz, outside, displaced: 1, transformed: 1 },
    worldFromTarget: [2, 0, 0, -3, 0, 2, 0, 1, 0, 0, 2, 4],
    sourceFromWorld: [x / 2, 0.03, 0, -0.4, -0.02, y / 2, 0.04, -1, 0.01, 0, z / 2, -2.2],
  };
}

const cases = grids.flatMap(([target, source]) =>
  [0, 1, 2].map((outside) => ({ target, source, outside })),
);

it.each(cases)('four voxels at a time give what one gives: %j', ({ target, source, outside }) => {
  const length = Math.max(target[0] * target[1] * target[2], source[0] * source[1] * source[2]);
  const planes = planesOf(20, Math.ceil(length / 4) * 4 + 4);
  planes.slice(0, 7).forEach((plane, seed) => {
    plane.set(randomNumbers(plane.length, seed + 1).map((value) => (seed < 4 ? 3 : 1) * value));
  });
  const p = numbersOf(target, source, outside);
  const affine = Float32Array.from([1.05, 0.02, 0, 0.5, 0, 0.96, 0.03, 0, 0.01, 0, 1, -0.5]);
  const [moved, outer] = [three(planes, 0), three(planes, 3)];
  const image = planes[6] as Float32Array;
  const at = (from: number) => ({
    source: image,
    displacement: moved,
    affine,
    value: planes[from] as Float32Array,
    derivative: three(planes, from + 1),
    weight: planes[from + 4] as Float32Array,
  });
  const voxels = target[0] * target[1] * target[2];
  const taken = (from: number): number[] =>
    planes.slice(from, from + 6).flatMap((plane) => [...plane.subarray(0, voxels)]);
  const compare = (run: (from: number, share: Share, by?: typeof simd) => void): void => {
    for (const plane of planes.slice(7)) plane.fill(0);
    run(7, alone);
    const expected = taken(7);
    run(13, alone, simd);
    const whole = taken(13);
    for (const plane of planes.slice(13)) plane.fill(0);
    for (const share of inTwo) run(13, share, simd);
    expect(taken(13)).toEqual(whole);
    whole.forEach((value, i) => {
      expect(Math.abs(value - (expected[i] as number))).toBeLessThan(1e-5);
    });
    expect(new Set(expected).size).toBeGreaterThan(2);
  };
  compare((from, share, by) => {
    // Beyond an edge that goes on everything counts as inside.
    const weightOutside = outside === 1 ? 0 : outside;
    sampleLinearly(at(from), { ...p, weightOutside }, share, by);
    const weight = planes[from + 5] as Float32Array;
    weighInside({ ...at(from), weight }, { ...p, outside: weightOutside }, share, by);
    expect(planes[from + 4]).toEqual(weight);
  });
  compare((from, share, by) => {
    const factor = Float32Array.of(0.75);
    composed({ outer, inner: moved, factor, value: three(planes, from) }, p, share, by);
  });
});

it('a point that is no number gives none, and harms no other', () => {
  const planes = planesOf(14, 8);
  planes.slice(0, 7).forEach((plane, seed) => void plane.set(randomNumbers(8, seed + 1)));
  (planes[0] as Float32Array)[2] = Number.NaN;
  const p = {
    ...{ nx: 8, ny: 1, nz: 1, sourceNx: 8, sourceNy: 1, sourceNz: 1 },
    ...{ outside: 0, displaced: 1, transformed: 0 },
    worldFromTarget: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
    sourceFromWorld: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
  };
  const [displacement, value] = [three(planes, 0), planes[7] as Float32Array];
  sampleLinearly(
    { source: planes[6] as Float32Array, displacement, affine: undefined, value },
    p,
    alone,
    simd,
  );
  expect([...value].map(Number.isNaN)).toEqual([...'00100000'].map((digit) => digit === '1'));
  composed(
    { outer: three(planes, 3), inner: displacement, factor: undefined, value: three(planes, 8) },
    p,
    alone,
    simd,
  );
  expect([...(planes[8] as Float32Array)].map(Number.isNaN)).toEqual(
    [...'00100000'].map((digit) => digit === '1'),
  );
});

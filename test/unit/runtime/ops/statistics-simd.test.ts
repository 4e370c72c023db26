import { describe, expect, it } from 'vitest';
import type { Vec3 } from '../../../../src/imaging/frames';
import { headPhantom } from '../../../../src/imaging/phantoms/head';
import { ascending } from '../../../../src/runtime/ops/reduce/order-statistics.cpu';
import { lowestOf, paddingIn } from '../../../../src/runtime/ops/reduce/padding.cpu';
import {
  evenIntensity,
  evenReportLength,
} from '../../../../src/runtime/ops/shading/even-intensity.cpu';
import { coarsen } from '../../../../src/runtime/ops/start/coarse-image';
import { reportLength, searchStart } from '../../../../src/runtime/ops/start/search-start.cpu';
import { Scratch } from '../../../../src/runtime/simd/scratch';
import { scratchFloats, simdOver } from '../../../../src/runtime/simd/simd';
import { randomNumbers } from '../../../support/case-values';

// What a start and evening out take from whole images is found by WebAssembly where there is some, and by plain loops
// where there is none (a graphics card's host passes): the same bits either way, or devices would start apart.

const pages = 160;
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
const scratchAt = 65536 * pages - 4 * scratchFloats;
const simd = simdOver(memory, scratchAt);

/** The numbers where SIMD functions see them, at a place in the memory. */
function seen(values: Float32Array, place = 0): Float32Array {
  const copy = new Float32Array(memory.buffer, 65536 + 4 * place, values.length);
  copy.set(values);
  return copy;
}

const sizeVoxels: Vec3 = [48, 56, 47];
const [nx, ny, nz] = sizeVoxels;
const size = { nx, ny, nz };

const [one, other] = [1, 2].map(
  (subject) =>
    headPhantom({ dimensions: 3, sizeVoxels, seed: 5, subject, contrast: 't1' }).image.values,
) as [Float32Array, Float32Array];

const shaded = (image: Float32Array, slope: number) =>
  image.map((value, at) => value * Math.exp(slope * ((2 * (at % nx)) / nx - 1)));

const worldFromVoxel = [4, 0, 0, -96, 0, 4, 0, -112, 0, 0, 4, -94];
const imageOf = (values: Float32Array) => ({ values, size, worldFromVoxel });

/** What `work` gives on plain arrays, and what it gives where SIMD sees them. */
function bothWays<Result>(
  images: readonly Float32Array[],
  work: (images: readonly Float32Array[], scratch: Scratch) => Result,
): readonly [plain: Result, simd: Result] {
  const inMemory = images.map((values, index) => seen(values, index * (values.length + 3)));
  return [work(images, new Scratch()), work(inMemory, new Scratch(simd))];
}

describe('by WebAssembly as by plain loops', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 500])(
    'the lowest of %i numbers, and how many have it',
    (count) => {
      const odd = [3, -2, Number.NaN, -2, 7, Number.POSITIVE_INFINITY, -2];
      const values = Float32Array.from({ length: count }, (_, i) => odd[i % odd.length] ?? 0);
      const [plain, lanes] = bothWays([values], ([image], scratch) => lowestOf(image!, scratch));
      expect(lanes).toEqual(plain);
    },
  );

  it('order statistics, of numbers that are odd too', () => {
    const odd = [
      0,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1e-45,
      3,
      3,
    ];
    const values = Float32Array.of(...odd, ...randomNumbers(300, 3), ...odd);
    const [plain, lanes] = bothWays([values], ([image], scratch) => {
      const sorted = ascending(image!, scratch);
      return Array.from(image!, (_, rank) => sorted.at(rank));
    });
    expect(lanes).toEqual(plain);
    expect(plain).toEqual([...values.slice().sort()]);
  });

  it('what a scanner wrote where it had no data', () => {
    const image = one.map((value, at) => (at % nx < 3 ? -3024 : value - 1000));
    const [plain, lanes] = bothWays([image], ([a], scratch) => paddingIn(a!, size, scratch));
    expect(plain?.value).toBe(-3024);
    expect(lanes).toEqual(plain);
  });

  it('averages over blocks', () => {
    const [plain, lanes] = bothWays([one], ([image], scratch) =>
      coarsen(imageOf(image!), { low: 10, high: 500 }, 9, scratch),
    );
    expect(lanes).toEqual(plain);
  });

  it.each([0, 0.7])('images without a shading of slope %d', (slope) => {
    const [plain, lanes] = bothWays([one, shaded(other, slope)], ([a, b], scratch) => {
      const report = new Float32Array(evenReportLength);
      const out = {
        fixed: new Float32Array(a!.length),
        moving: new Float32Array(b!.length),
        report,
      };
      evenIntensity({ fixed: imageOf(a!), moving: imageOf(b!) }, out, 1.4, scratch);
      return out;
    });
    expect(plain.report[4]).toBe(slope > 0 ? 100 : 0);
    expect(lanes).toEqual(plain);
  });

  it('a start', () => {
    const [plain, lanes] = bothWays([one, other], ([a, b], scratch) => {
      const affine = new Float32Array(12);
      const report = new Float32Array(reportLength);
      const options = { tryAxes: true, trySearch: true, margin: 0.05 };
      searchStart(imageOf(a!), imageOf(b!), affine, report, options, scratch);
      return { affine, report };
    });
    expect(plain.report.some((value) => value > 0)).toBe(true);
    expect(lanes).toEqual(plain);
  });
});

describe('scratch', () => {
  it('holds zeros, lets go of what was made during some work, and goes elsewhere where it is full', () => {
    const scratch = new Scratch(simd);
    const first = scratch.during(() => scratch.floats(3).fill(7).byteOffset);
    const again = scratch.floats(3);
    expect(again.byteOffset).toBe(first);
    expect([...again]).toEqual([0, 0, 0]);
    expect(scratch.reaching(again)).toBe(simd);
    const large = scratch.doubles(scratchFloats);
    expect(large.buffer).not.toBe(memory.buffer);
    expect(scratch.reaching(again, large)).toBeUndefined();
  });
});

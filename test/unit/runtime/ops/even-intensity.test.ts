import { describe, expect, test } from 'vitest';
import type { Vec3 } from '../../../../src/imaging/frames';
import { headPhantom } from '../../../../src/imaging/phantoms/head';
import type { Contrast } from '../../../../src/imaging/phantoms/tissues';
import type { ImageVolume } from '../../../../src/imaging/volume';
import {
  evenIntensity,
  evenReportLength,
} from '../../../../src/runtime/ops/shading/even-intensity.cpu';

// Shading of known slope is laid over generated heads of 4 mm a voxel: it must be found, wherever it is, and
// taken out; what is not shaded must stay as it is, to the bit.

const leastFold = 1.4;

function head(contrast: Contrast, dimensions: 2 | 3 = 3): ImageVolume {
  const sizeVoxels: Vec3 = dimensions === 3 ? [48, 56, 48] : [96, 112, 1];
  return headPhantom({ dimensions, sizeVoxels, seed: 5, subject: 1, contrast }).image;
}

const t1 = head('t1');
const t2 = head('t2');
const ct = head('ct');

/** The image, brighter by e to the slope from its middle to its end, along each axis. */
function shaded(image: ImageVolume, slope: Vec3): ImageVolume {
  const [nx, ny, nz] = image.grid.sizeVoxels;
  const along = (at: number, count: number) => (2 * at + 1) / count - 1;
  const values = image.values.map((value, at) => {
    const x = along(at % nx, nx);
    const y = along(Math.floor(at / nx) % ny, ny);
    const z = along(Math.floor(at / (nx * ny)), nz);
    return value * Math.exp(slope[0] * x + slope[1] * y + slope[2] * z);
  });
  return { ...image, values };
}

function even(fixed: ImageVolume, moving: ImageVolume) {
  const out = {
    fixed: fixed.values.slice(),
    moving: moving.values.slice(),
    report: new Float32Array(evenReportLength),
  };
  evenIntensity({ fixed: numbers(fixed), moving: numbers(moving) }, out, leastFold);
  const [fixedFold = 0, fixedAgreement = 0, movingFold = 0, movingAgreement = 0, percent = 0] =
    out.report;
  return { ...out, fixedFold, fixedAgreement, movingFold, movingAgreement, percent };
}

function numbers({ values, grid }: ImageVolume) {
  const [nx, ny, nz] = grid.sizeVoxels;
  return { values, size: { nx, ny, nz }, worldFromVoxel: grid.worldFromVoxel };
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  );
}

/** Standard deviation of log(b / a) where both show something: 0 for images that differ by a factor. */
function unlikeness(a: ArrayLike<number>, b: ArrayLike<number>, image: ImageVolume): number {
  const brightest = largest(image.values);
  const ratios = [...image.values.keys()]
    .filter((at) => image.values[at]! > 0.1 * brightest)
    .map((at) => Math.log(b[at]! / a[at]!));
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  return Math.sqrt(ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / ratios.length);
}

describe('two images of which one is shaded', () => {
  test.each([
    ['front to back', [0, -0.8, 0]],
    ['back to front', [0, 0.8, 0]],
    ['left to right, weakly', [0.5, 0, 0]],
    ['from below, ten times over', [0, 0, 1.8]],
    ['aslant', [0.5, -0.4, 0.5]],
  ] as const)('are made even: %s', (_, slope) => {
    const moving = shaded(t1, [...slope]);
    // What the head itself has of a slope is taken out of both.
    const made = even(t1, moving);
    const before = unlikeness(t1.values, moving.values, t1);
    expect(made.percent).toBe(100);
    expect(made.movingFold).toBeGreaterThan(leastFold);
    expect(made.movingAgreement).toBeGreaterThan(0.35);
    expect(unlikeness(made.fixed, made.moving, t1)).toBeLessThan(Math.min(0.06, before / 4));
  });

  test('are made even where it is the fixed one, or both', () => {
    const [one, other] = [shaded(t1, [0, -0.8, 0]), shaded(t1, [0.3, 0.6, 0])];
    const fixedOnly = even(one, t1);
    expect(unlikeness(fixedOnly.fixed, fixedOnly.moving, t1)).toBeLessThan(0.06);
    const both = even(one, other);
    expect(unlikeness(both.fixed, both.moving, t1)).toBeLessThan(0.06);
  });

  test('are made even in other contrasts, and on slices', () => {
    const dark = shaded(t2, [0, -0.8, 0]);
    expect(even(t1, dark).percent).toBe(100);
    expect(unlikeness(even(t2, dark).fixed, even(t2, dark).moving, t2)).toBeLessThan(0.06);
    const slice = head('t1', 2);
    const made = even(slice, shaded(slice, [0, -0.8, 0]));
    expect(made.percent).toBe(100);
    expect(unlikeness(made.fixed, made.moving, slice)).toBeLessThan(0.06);
  });

  test('are the brighter for it nowhere but within the range of what they show', () => {
    const moving = shaded(t1, [0, -1.5, 0]);
    const made = even(t1, moving);
    const most = largest(made.moving.map((value, at) => value / (moving.values[at] || 1)));
    expect(most).toBeLessThan(Math.exp(1.6));
  });
});

describe('images that are not shaded', () => {
  test.each([
    ['T1 and T1', t1, t1],
    ['T1 and T2', t1, t2],
    ['T1 and CT', t1, ct],
    ['slices', head('t1', 2), head('t2', 2)],
    ['a little, as any coil does', t1, shaded(t1, [0, 0.08, 0])],
  ] as const)('stay as they are, to the bit: %s', (_, fixed, moving) => {
    const made = even(fixed, moving);
    expect(made.percent).toBe(0);
    expect(sameBits(made.fixed, fixed.values) && sameBits(made.moving, moving.values)).toBe(true);
  });

  test('stay as they are where numbers below zero say that brightness is no product', () => {
    const dark = shaded(t1, [0, -0.8, 0]);
    const brightest = largest(dark.values);
    const values = dark.values.map((value) => (2000 * value) / brightest - 1000);
    const made = even(t1, { ...dark, values });
    expect(made.percent).toBe(0);
    expect(sameBits(made.moving, values)).toBe(true);
  });

  test.each([
    ['empty', () => 0],
    ['the same everywhere', () => 7],
    ['one bright voxel', (_: number, at: number) => (at === 70000 ? 1 : 0)],
  ] as const)('stay as they are where they show nothing: %s', (_, value) => {
    const flat = { ...t1, values: t1.values.map(value) };
    const made = even(flat, t1);
    expect(made.report.every(Number.isFinite)).toBe(true);
    expect(sameBits(made.fixed, flat.values) && sameBits(made.moving, t1.values)).toBe(true);
  });
});

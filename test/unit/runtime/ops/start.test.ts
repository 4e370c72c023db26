import { describe, expect, test } from 'vitest';
import {
  determinant,
  identityMatrix,
  type Matrix3x4,
  type Vec3,
} from '../../../../src/imaging/frames';
import { axisAlignedGrid, centreMm, type Grid } from '../../../../src/imaging/grid';
import { headPhantom } from '../../../../src/imaging/phantoms/head';
import type { Contrast } from '../../../../src/imaging/phantoms/tissues';
import type { ImageVolume } from '../../../../src/imaging/volume';
import { turnedToTheLimit } from '../../../../src/nodes/initialise/start';
import {
  reportLength,
  searchStart,
  startMeasures,
} from '../../../../src/runtime/ops/start/search-start.cpu';
import {
  deformImage,
  errorVoxels,
  linearMapAbout,
  obliqueGridOver,
  rotationByDegrees,
} from '../../../support/known-truth';

// What a start must cope with, each on a generated head that was moved by a known rigid map. Heads are
// coarse, 4 mm a voxel, and a start is rough: it has done its work where a rigid stage finds the rest.

const withinVoxels = 0.75;
const heads = new Map<Contrast, ImageVolume>();

function head3d(contrast: Contrast): ImageVolume {
  const sizeVoxels: Vec3 = [48, 56, 48];
  return headPhantom({ dimensions: 3, sizeVoxels, seed: 5, subject: 1, contrast }).image;
}

/** The head in a contrast, generated when it is first asked for. */
function headOf(contrast: Contrast = 't1'): ImageVolume {
  const head = heads.get(contrast) ?? head3d(contrast);
  heads.set(contrast, head);
  return head;
}

interface Found {
  readonly affine: Matrix3x4;
  readonly taken: number;
  readonly report: Float32Array;
}

function startOf(
  fixed: ImageVolume,
  moving: ImageVolume,
  { marginPercent = 5, tryAll = true } = {},
): Found {
  const affine = new Float32Array(12);
  const report = new Float32Array(reportLength);
  const options = { tryAxes: tryAll, trySearch: tryAll, margin: marginPercent / 100 };
  searchStart(numbers(fixed), numbers(moving), affine, report, options);
  return { affine: [...affine] as never, taken: report[0]!, report };
}

function numbers({ values, grid }: ImageVolume) {
  const [nx, ny, nz] = grid.sizeVoxels;
  return { values, size: { nx, ny, nz }, worldFromVoxel: grid.worldFromVoxel };
}

/** The head seen through a rigid map, which is what must be found: the fixed image to that head. */
function movedHead(
  image: ImageVolume,
  degrees: Vec3,
  shiftMm: Vec3,
  grid: Grid = image.grid,
): { readonly fixed: ImageVolume; readonly moving: ImageVolume; readonly truth: Matrix3x4 } {
  const truth = linearMapAbout(centreMm(image.grid), rotationByDegrees(...degrees), shiftMm);
  return { fixed: deformImage(image, grid, { affine: truth }), moving: image, truth };
}

function withValues(
  image: ImageVolume,
  value: (value: number, x: number, y: number, z: number) => number,
): ImageVolume {
  const [nx, ny] = image.grid.sizeVoxels;
  const values = image.values.map((old, at) =>
    value(old, at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))),
  );
  return { ...image, values };
}

/** The part of an image from one voxel up to, not including, another. */
function cut(image: ImageVolume, from: Vec3, to: Vec3): ImageVolume {
  const { grid } = image;
  const size: Vec3 = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
  const m = [...grid.worldFromVoxel];
  for (const row of [0, 1, 2]) {
    for (const axis of [0, 1, 2]) m[row * 4 + 3]! += m[row * 4 + axis]! * from[axis]!;
  }
  const [nx, ny] = grid.sizeVoxels;
  const values = new Float32Array(size[0] * size[1] * size[2]);
  values.forEach((_, at) => {
    const x = from[0] + (at % size[0]);
    const y = from[1] + (Math.floor(at / size[0]) % size[1]);
    const z = from[2] + Math.floor(at / (size[0] * size[1]));
    values[at] = image.values[x + nx * (y + ny * z)]!;
  });
  return { ...image, grid: { sizeVoxels: size, worldFromVoxel: m as never }, values };
}

/** The same image whose headers lie in another place. */
function placed(image: ImageVolume, byMm: Vec3): ImageVolume {
  const m = [...image.grid.worldFromVoxel];
  byMm.forEach((shift, row) => {
    m[row * 4 + 3]! += shift;
  });
  return { ...image, grid: { ...image.grid, worldFromVoxel: m as never } };
}

function scaled(image: ImageVolume, factor: number): ImageVolume {
  const worldFromVoxel = image.grid.worldFromVoxel.map((entry) => entry * factor) as never;
  return { ...image, grid: { ...image.grid, worldFromVoxel } };
}

function expectFound(
  fixed: ImageVolume,
  truth: Matrix3x4,
  { affine }: Pick<Found, 'affine'>,
  voxels = withinVoxels,
): void {
  expect(errorVoxels(fixed, { affine: truth }, { affine })).toBeLessThan(voxels);
}

describe('a start finds a head', { timeout: 60_000 }, () => {
  test('turned and shifted, and says so', () => {
    const { fixed, moving, truth } = movedHead(headOf(), [8, -5, 12], [14, -9, 6]);
    const found = startOf(fixed, moving);
    expectFound(fixed, truth, found);
    const header = Object.fromEntries(
      startMeasures.map((name, at) => [name, found.report[2 + at]!]),
    );
    expect(found.taken).toBe(0);
    expect(header.overlap).toBeGreaterThan(0.95);
    expect(header.turnDegrees).toBeCloseTo(15.1, -0.7);
  });

  test('that lies on its side, on an oblique anisotropic grid', () => {
    const image = headOf();
    const grid = obliqueGridOver(image.grid, [44, 40, 26], [4.5, 5, 8]);
    const { fixed, moving, truth } = movedHead(image, [0, 90, 10], [10, 5, -8], grid);
    const found = startOf(fixed, moving);
    expectFound(fixed, truth, found);
    expect(found.taken).not.toBe(0);
  });

  test('of which the moving image shows the back half', () => {
    const { fixed, moving, truth } = movedHead(headOf(), [3, 2, 6], [5, -6, 4]);
    expectFound(fixed, truth, startOf(fixed, cut(moving, [0, 0, 0], [48, 30, 48])));
  });

  test('of which the moving image is a slab', () => {
    const { fixed, moving, truth } = movedHead(headOf(), [3, 2, 6], [5, -6, 8]);
    expectFound(fixed, truth, startOf(fixed, cut(moving, [0, 0, 20], [48, 56, 32])));
  });

  test('that is small in its field and far away in the world', () => {
    const image = headOf();
    const wide = axisAlignedGrid([72, 72, 72], [10, 10, 10], [-480, -300, -420]);
    const { fixed, moving, truth } = movedHead(image, [4, -3, 7], [0, 0, 0], wide);
    const far: Vec3 = [900, -700, 800];
    const shifted = truth.map((entry, at) => entry + (at % 4 === 3 ? far[(at - 3) / 4]! : 0));
    expectFound(fixed, shifted as never, startOf(fixed, placed(moving, far)));
  });

  test('whose scanner wrote −3024 outside its circle, in both images', () => {
    const image = withValues(headOf('ct'), (value) => Math.max(-1000, value));
    const { fixed, moving, truth } = movedHead(
      withValues(image, (value) => value + 1000),
      [0, 3, 8],
      [16, -12, 6],
    );
    const circle = (of: ImageVolume) =>
      withValues(of, (value, x, y) => (Math.hypot(x - 23.5, y - 27.5) > 26 ? -3024 : value - 1000));
    expectFound(fixed, truth, startOf(circle(fixed), circle(moving)), 1);
  });

  test('that darkens from front to back', () => {
    const { fixed, moving, truth } = movedHead(headOf(), [4, -3, 7], [6, 9, -5]);
    const dark = withValues(moving, (value, _, y) => value * Math.exp((-4 * (y - 28)) / 120));
    expectFound(fixed, truth, startOf(fixed, dark), 1.5);
  });

  test.each([
    ['t2', 't1'],
    ['ct', 't1'],
  ] as const)('in %s on one in %s', (fixedContrast, movingContrast) => {
    const { fixed, truth } = movedHead(headOf(fixedContrast), [4, -6, 9], [9, -7, 5]);
    expectFound(fixed, truth, startOf(fixed, headOf(movingContrast)), 1);
  });

  test('stored from left to right or from right to left alike', () => {
    const { fixed, moving, truth } = movedHead(headOf(), [4, -6, 9], [9, -7, 5]);
    const [nx, ny, nz] = moving.grid.sizeVoxels;
    const m = moving.grid.worldFromVoxel;
    const worldFromVoxel = m.map((entry, at) => {
      if (at % 4 === 0) return -entry;
      return at % 4 === 3 ? entry + m[at - 3]! * (nx - 1) : entry;
    });
    const other = withValues(
      moving,
      (_, x, y, z) => moving.values[nx - 1 - x + nx * (y + ny * z)]!,
    );
    const sizeVoxels: Vec3 = [nx, ny, nz];
    const stored = { ...other, grid: { sizeVoxels, worldFromVoxel: worldFromVoxel as never } };
    expectFound(fixed, truth, startOf(fixed, stored));
  });

  test.each([1000, 0.001])('in units that are %f of a millimetre', (factor) => {
    const { fixed, moving } = movedHead(headOf(), [4, -6, 9], [9, -7, 5]);
    const usual = startOf(fixed, moving);
    const other = startOf(scaled(fixed, factor), scaled(moving, factor));
    usual.affine.forEach((entry, at) => {
      const unit = at % 4 === 3 ? factor : 1;
      expect(Math.abs(other.affine[at]! - entry * unit)).toBeLessThan(0.02 * unit);
    });
  });
});

describe('a start on slices', { timeout: 60_000 }, () => {
  const slice = headPhantom({
    dimensions: 2,
    sizeVoxels: [96, 112, 1],
    seed: 5,
    subject: 1,
    contrast: 't1',
  }).image;

  test.each([20, 45, 100, 180, -135])('finds a turn by %i°', (degrees) => {
    const { fixed, moving, truth } = movedHead(slice, [0, 0, degrees], [6, -9, 0]);
    expectFound(fixed, truth, startOf(fixed, moving));
  });

  test('finds a slice in a volume, across it too', () => {
    const image = headOf();
    const [x, y, z] = centreMm(image.grid);
    const grid = axisAlignedGrid([60, 70, 1], [3, 3, 3], [x - 90, y - 105, z]);
    const { fixed, moving, truth } = movedHead(image, [0, 0, 3], [3, -2, 9], grid);
    expectFound(fixed, truth, startOf(fixed, moving), 0.5);
  });
});

describe('a start', { timeout: 60_000 }, () => {
  test('keeps headers that fit, to the last bit where the images are the same', () => {
    const { affine, taken } = startOf(headOf(), headOf());
    expect(affine).toEqual([...identityMatrix]);
    expect(taken).toBe(0);
  });

  test('is doubted where refining was not allowed to turn it further', () => {
    const { fixed, moving } = movedHead(headOf(), [0, 0, 40], [0, 0, 0]);
    const cut = startOf(fixed, moving, { tryAll: false });
    expect(turnedToTheLimit([[...cut.report]], [])?.message).toContain('as far as');
    const near = movedHead(headOf(), [0, 0, 20], [0, 0, 0]);
    const whole = startOf(near.fixed, near.moving, { tryAll: false });
    expect(turnedToTheLimit([[...whole.report]], [])).toBeUndefined();
    expect(whole.report.at(-1)).toBeCloseTo((100 * 20) / 30, -1);
  });

  test('leaves headers only beyond the margin', () => {
    const { fixed, moving } = movedHead(headOf(), [0, 0, 0], [0, 0, 0]);
    const turned = movedHead(moving, [0, 0, 90], [0, 0, 0]).fixed;
    expect(startOf(fixed, turned).taken).not.toBe(0);
    expect(startOf(fixed, turned, { marginPercent: 1000 }).taken).toBe(0);
  });

  test('never mirrors, not even where the mirror image is what fits', () => {
    const image = headOf();
    const [nx, ny] = image.grid.sizeVoxels;
    const mirrored = withValues(
      image,
      (_, x, y, z) => image.values[nx - 1 - x + nx * (y + ny * z)]!,
    );
    expect(determinant(startOf(image, mirrored).affine)).toBeCloseTo(1, 4);
  });

  test('gives a finite map for images without contrast', () => {
    const flat = withValues(headOf(), () => 7);
    const { affine, report } = startOf(flat, flat);
    expect([...affine, ...report].every(Number.isFinite)).toBe(true);
    expect(determinant(affine)).toBeCloseTo(1, 6);
  });
});

import { describe, expect, test } from 'vitest';
import {
  jacobianColour,
  labelColour,
  paintCheckerboard,
  paintColours,
  paintGrey,
  paintLabels,
  paintOverlay,
} from '../../../src/editor/viewer/paint-slice';
import { sampleSlice, valueAt } from '../../../src/editor/viewer/sample-slice';
import {
  middleMm,
  nearestAxes,
  pixelFromWorld,
  planeNamesOf,
  sliceView,
  viewInVolume,
  worldFromPixel,
} from '../../../src/editor/viewer/slice-geometry';
import { guessColourMap, measureRange } from '../../../src/editor/viewer/volume-range';
import type { Matrix3x4, Vec3 } from '../../../src/imaging/frames';
import { applyMatrix } from '../../../src/imaging/frames';
import type { VolumeData } from '../../../src/runtime/api/engine/engine-api';

/** A volume whose value is a linear function of the world point: x + 10 y + 100 z in mm. */
function ramp(sizeVoxels: Vec3, worldFromVoxel: Matrix3x4): VolumeData {
  const [nx, ny, nz] = sizeVoxels;
  const values = new Float32Array(nx * ny * nz);
  for (let z = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      for (let x = 0; x < nx; x += 1) {
        const [wx, wy, wz] = applyMatrix(worldFromVoxel, [x, y, z]);
        values[x + nx * (y + ny * z)] = wx + 10 * wy + 100 * wz;
      }
    }
  }
  return { sizeVoxels, worldFromVoxel, channels: 1, values };
}

// biome-ignore format: rows of a matrix
const plain: Matrix3x4 = [1, 0, 0, -5,  0, 2, 0, -8,  0, 0, 3, -6];
/** LPS storage, axes in the order z, x, y, and a little oblique. */
// biome-ignore format: rows of a matrix
const odd: Matrix3x4 = [0.05, -1.2, 0, 8,  0, 0.06, -1.5, 9,  2, 0, 0.1, -11];
const frame = { widthPixels: 60, heightPixels: 50, zoom: 1, panMm: [0, 0] } as const;

describe('what a pane shows', () => {
  test.each([
    ['plain', plain],
    ['flipped, permuted and oblique', odd],
  ])('is the value of the world point under each pixel, on a %s grid', (_, matrix) => {
    const volume = ramp([11, 9, 10], matrix);
    for (const plane of planeNamesOf(volume)) {
      const view = sliceView(volume, plane, middleMm(volume), frame);
      const slice = new Float32Array(60 * 50);
      sampleSlice(volume, viewInVolume(volume, view, volume), 60, 50, true, slice);
      const [x, y] = [33, 21];
      const [wx, wy, wz] = worldFromPixel(volume, view, x, y);
      expect(slice[x + 60 * y]).toBeCloseTo(wx + 10 * wy + 100 * wz, 2);
    }
  });

  test('has right at the right, anterior at the top of axial and superior at the top of coronal', () => {
    for (const matrix of [plain, odd]) {
      const volume = ramp([11, 9, 10], matrix);
      const world = (plane: 'axial' | 'coronal' | 'sagittal', x: number, y: number) =>
        worldFromPixel(volume, sliceView(volume, plane, middleMm(volume), frame), x, y);
      expect(world('axial', 50, 25)[0]).toBeGreaterThan(world('axial', 10, 25)[0]);
      expect(world('axial', 30, 5)[1]).toBeGreaterThan(world('axial', 30, 45)[1]);
      expect(world('coronal', 50, 25)[0]).toBeGreaterThan(world('coronal', 10, 25)[0]);
      expect(world('coronal', 30, 5)[2]).toBeGreaterThan(world('coronal', 30, 45)[2]);
      expect(world('sagittal', 50, 25)[1]).toBeGreaterThan(world('sagittal', 10, 25)[1]);
    }
  });

  test('keeps the crosshair where it was put', () => {
    const volume = ramp([11, 9, 10], odd);
    const view = sliceView(volume, 'coronal', middleMm(volume), {
      ...frame,
      zoom: 2.5,
      panMm: [3, -2],
    });
    const [x, y] = pixelFromWorld(volume, view, worldFromPixel(volume, view, 17, 40));
    expect(x).toBeCloseTo(17, 6);
    expect(y).toBeCloseTo(40, 6);
  });

  test('of another volume lies at the same world points, and is empty outside of it', () => {
    const fixed = ramp([11, 9, 10], plain);
    const moving = ramp([30, 20, 8], odd);
    const view = sliceView(fixed, 'axial', middleMm(fixed), frame);
    const slice = new Float32Array(60 * 50);
    sampleSlice(moving, viewInVolume(fixed, view, moving), 60, 50, true, slice);
    const [wx, wy, wz] = worldFromPixel(fixed, view, 30, 25);
    const found = slice[30 + 60 * 25] ?? Number.NaN;
    expect(Number.isNaN(found) || Math.abs(found - (wx + 10 * wy + 100 * wz)) < 0.05).toBe(true);
    const far = sliceView(fixed, 'axial', middleMm(fixed), { ...frame, panMm: [500, 0] });
    sampleSlice(moving, viewInVolume(fixed, far, moving), 60, 50, true, slice);
    expect(slice.every(Number.isNaN)).toBe(true);
  });

  test('of a one-slice grid is its one plane, seen from the front, whatever the world point', () => {
    const flat = ramp([11, 9, 1], plain);
    expect(planeNamesOf(flat)).toEqual(['axial']);
    const view = sliceView(flat, 'axial', [0, 0, 40], frame);
    const slice = new Float32Array(60 * 50);
    sampleSlice(flat, viewInVolume(flat, view, flat), 60, 50, true, slice);
    expect(Number.isFinite(slice[30 + 60 * 25])).toBe(true);
  });
});

test('axes are matched as a whole, so that no voxel axis is used twice', () => {
  // biome-ignore format: rows of a matrix
  const diagonal: Matrix3x4 = [1, 1, 0, 0,  1, -1, 0, 0,  0, 0, 1, 0];
  expect(
    nearestAxes(diagonal)
      .map(({ voxelAxis }) => voxelAxis)
      .sort(),
  ).toEqual([0, 1, 2]);
});

test('the value under the crosshair is that of the voxel, and undefined outside', () => {
  const volume = ramp([11, 9, 10], plain);
  expect(valueAt(volume, [-5, -8, -6])).toEqual({ voxel: [0, 0, 0], values: [-5 - 80 - 600] });
  expect(valueAt(volume, [-7, -8, -6])).toBeUndefined();
});

describe('colours', () => {
  const window = { low: 0, high: 10 };
  const pixel = (paint: (pixels: Uint8ClampedArray) => void) => {
    const pixels = new Uint8ClampedArray(4);
    paint(pixels);
    return [...pixels];
  };
  const slice = (value: number) => Float32Array.of(value);

  test('the window goes from black to white, and outside is transparent', () => {
    expect(pixel((out) => paintGrey(slice(10), window, out))).toEqual([255, 255, 255, 255]);
    expect(pixel((out) => paintGrey(slice(-5), window, out))).toEqual([0, 0, 0, 255]);
    expect(pixel((out) => paintGrey(slice(Number.NaN), window, out))[3]).toBe(0);
  });

  test('the overlay goes from all first to all second', () => {
    const at = (opacity: number) =>
      pixel((out) => paintOverlay(slice(10), window, slice(0), window, opacity, out))[0];
    expect([at(0), at(0.5), at(1)]).toEqual([255, 128, 0]);
  });

  test('where both agree green and magenta are grey', () => {
    const both = pixel((out) => paintColours(slice(6), window, slice(6), window, 0.5, out));
    expect(both).toEqual([153, 153, 153, 255]);
    const onlyFixed = pixel((out) => paintColours(slice(6), window, slice(0), window, 0.5, out));
    expect(onlyFixed).toEqual([0, 153, 0, 255]);
  });

  test('the checkerboard takes each field from its own volume', () => {
    const take = (isSecond: boolean) =>
      pixel((out) =>
        paintCheckerboard(slice(10), window, slice(0), window, () => isSecond, out),
      )[0];
    expect([take(false), take(true)]).toEqual([255, 0]);
  });

  test('folding has a colour of its own, and no two of the first forty labels share one', () => {
    expect(jacobianColour(-0.01)).toEqual([255, 236, 0]);
    expect(jacobianColour(1)).not.toEqual(jacobianColour(0.5));
    const colours = Array.from({ length: 40 }, (_, index) =>
      labelColour(index + 1)
        .map(Math.round)
        .join(),
    );
    expect(new Set(colours).size).toBe(40);
  });

  test('a label has its colour by its number, whatever its index in a map', () => {
    const colourOf = (index: number, ids?: readonly bigint[]) =>
      pixel((out) => paintLabels(slice(index), ids, out));
    expect(colourOf(1, [0n, 7n])).toEqual(colourOf(2, [0n, 3n, 7n]));
    expect(colourOf(1, [0n, 7n])).toEqual(colourOf(7));
    const large = [0n, -5n, 614454277n, 614454278n, 2n ** 60n, 2n ** 60n + 1n];
    const colours = new Set(large.map((_, index) => colourOf(index, large).join()));
    expect(colours.size).toBe(large.length);
    expect(colourOf(0, large)).toEqual([0, 0, 0, 255]);
  });

  test('a volume is shown in the map that its values ask for', () => {
    const volume = (values: readonly number[]): VolumeData => ({
      ...ramp([1, 1, 1], plain),
      values: Float32Array.from(values),
    });
    const guess = (values: readonly number[]) =>
      guessColourMap('image', measureRange(volume(values)));
    expect(guess([0, 0, 3, 80, 200])).toBe('grey');
    expect(guess([-9, -3, 0, 0, 3, 9])).toBe('about-zero');
    expect(guess([0.7, 0.9, 1, 1.1, 1.4])).toBe('about-one');
    expect(guessColourMap('labels', measureRange(volume([0, 1])))).toBe('labels');
  });
});

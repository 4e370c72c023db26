import { describe, expect, test } from 'vitest';
import { axisAlignedGrid } from '../../../src/imaging/grid';
import { fieldOf } from '../../support/case-values';
import { runStage, type Stage } from '../../support/run-stage';

const slice = axisAlignedGrid([32, 28, 1], [2, 2, 4]);
const smooth = (x: number, y: number): number =>
  Math.exp(-((x - 15) ** 2 / 50 + (y - 13) ** 2 / 30));
/** A blob, and the same moved by (3, −2) mm. */
const fixed = { grid: slice, image: fieldOf(slice, smooth) };
const moving = { grid: slice, image: fieldOf(slice, (x, y) => smooth(x - 1.5, y + 1)) };
const shiftOf = (affine: readonly number[]): readonly number[] => {
  // Where the middle of the blob goes: rotations are about the middle of the grid.
  const [x, y] = [30, 26];
  return [0, 4].map(
    (row, axis) =>
      affine[row]! * x + affine[row + 1]! * y + affine[row + 3]! - (axis === 0 ? x : y),
  );
};
const errorMm = (affine: readonly number[]): number => {
  const [dx, dy] = shiftOf(affine);
  return Math.hypot(dx! - 3, dy! + 2);
};

describe('a mask', () => {
  /** A bright lesion that only the moving image has, and that is not where the blob is. */
  const lesion = (x: number, y: number): number =>
    3 * Math.exp(-((x - 25) ** 2 + (y - 20) ** 2) / 12);
  const ill = {
    grid: slice,
    image: fieldOf(slice, (x, y) => smooth(x - 1.5, y + 1) + lesion(x, y)),
  };
  const withoutLesion = fieldOf(slice, (x, y) => (Math.hypot(x - 25, y - 20) < 9 ? 0 : 5));

  test.each(['similarity.mean-squared-error', 'similarity.correlation', 'similarity.lncc'])(
    'of the moving image keeps a lesion from moving it, in %s',
    async (similarity) => {
      const images = { fixed, moving: ill };
      const masked = await runStage({
        images: { ...images, 'moving-mask': { grid: slice, image: withoutLesion } },
        similarity,
      });
      expect(errorMm(masked.affine)).toBeLessThan(0.4);
      expect(masked.report['mask.moving']).toBeCloseTo(
        withoutLesion.planes[0]!.filter((v) => v > 0).length / 896,
        6,
      );
      if (similarity !== 'similarity.lncc') {
        const unmasked = await runStage({ images, similarity });
        expect(errorMm(unmasked.affine)).toBeGreaterThan(1);
      }
    },
  );

  test('on a grid of its own counts at every level', async () => {
    const coarse = axisAlignedGrid([16, 14, 1], [4, 4, 4], [1, 1, 0]);
    const image = fieldOf(coarse, (x, y) => (Math.hypot(2 * x - 24, 2 * y - 19) < 10 ? 0 : 1));
    const { affine } = await runStage({
      images: { fixed, moving: ill, 'moving-mask': { grid: coarse, image } },
      shrink: [2, 1],
      iterations: [40, 40],
    });
    expect(errorMm(affine)).toBeLessThan(0.4);
  });

  test('that leaves nothing of the fixed image is told of', async () => {
    const nothing = { grid: slice, image: fieldOf(slice, () => 0) };
    const { problem, report } = await runStage({
      images: { fixed, moving, 'fixed-mask': nothing },
    });
    expect(problem).toMatchObject({ severity: 'error', at: { nodeId: 'register' } });
    expect(report.overlap).toBe(0);
  });
});

describe('images that do not match', () => {
  /** Two objects unlike each other: every bit of overlap costs, so that leaving would be cheap. */
  const bright = { grid: slice, image: fieldOf(slice, (x, y) => 1 + smooth(x + 6, y)) };
  const dark = { grid: slice, image: fieldOf(slice, (x, y) => -1 - smooth(x - 6, y)) };

  test.each([
    'similarity.mean-squared-error',
    'similarity.correlation',
    'similarity.mutual-information',
  ])('are not moved apart by %s', async (similarity) => {
    const { report, problem } = await runStage({
      images: { fixed: bright, moving: dark },
      similarity,
      iterations: [150],
    });
    // Held where half of the overlap is lost, but for what the optimizer still has in mind; and told of.
    expect(report['overlap.smaller']).toBeGreaterThan(0.4);
    expect(problem === undefined).toBe(report['overlap.smaller']! >= 0.5);
  });
});

test('a stage whose images hardly meet says so, though both hold something there', async () => {
  const apart = axisAlignedGrid([32, 28, 1], [2, 2, 4], [54, 0, 0]);
  const { problem, report } = await runStage({
    images: {
      fixed: { grid: slice, image: fieldOf(slice, (x, y) => x + y) },
      moving: { grid: apart, image: fieldOf(apart, (x, y) => 3 * x + y) },
    },
    iterations: [1],
  });
  expect(report['overlap.smaller']).toBeLessThan(0.25);
  expect(problem).toMatchObject({ code: 'recipe', at: { nodeId: 'register', port: 'moving' } });
});

test('a point that leads out of the moving image does not pull, whatever stands outside', async () => {
  // As CT: air of −1000, of which the moving image has only a part of the fixed one's.
  const ct = (x: number, y: number): number => -1000 + 1000 * smooth(x, y);
  const part = axisAlignedGrid([22, 28, 1], [2, 2, 4], [10, 0, 0]);
  const { affine, report, warped } = await runStage({
    images: {
      fixed: { grid: slice, image: fieldOf(slice, ct) },
      moving: { grid: part, image: fieldOf(part, (x, y) => ct(x + 5 - 1.5, y + 1)) },
    },
  });
  expect(errorMm(affine)).toBeLessThan(0.3);
  expect(report.overlap).toBeLessThan(0.75);
  // What is outside is the lowest value that the moving image has.
  const lowest = Math.min(...warped);
  expect(warped.filter((v) => v === lowest).length).toBeGreaterThan(200);
  expect(lowest).toBeCloseTo(-1000, -1);
});

describe('a value that a scanner wrote where it saw nothing', () => {
  const isSeen = (x: number, y: number): boolean => Math.hypot(x - 15.5, y - 13.5) < 15;
  const ct = (x: number, y: number): number => -1000 + 1000 * smooth(x, y);
  const scanned = (dx: number, dy: number, value: number) => ({
    grid: slice,
    image: fieldOf(slice, (x, y) => (isSeen(x, y) ? ct(x - dx, y - dy) : value)),
  });
  const mask = { grid: slice, image: fieldOf(slice, (x, y) => (isSeen(x, y) ? 1 : 0)) };
  const iterations = [1];

  test('is told of where it is in both images and nothing leaves it out', async () => {
    const images = { fixed: scanned(0, 0, -3024), moving: scanned(1.5, -1, -3024) };
    expect((await runStage({ images, iterations })).doubts).toContain('padding');
    const masks = { 'fixed-mask': mask, 'moving-mask': mask };
    const masked = await runStage({ images: { ...images, ...masks }, iterations });
    expect(masked.doubts).not.toContain('padding');
  });

  test('is not, where one image alone has it, or it is air', async () => {
    const one = { fixed: scanned(0, 0, -3024), moving: scanned(1.5, -1, -1000) };
    expect((await runStage({ images: one, iterations })).doubts).not.toContain('padding');
    const none = { fixed: scanned(0, 0, -1000), moving: scanned(1.5, -1, -1000) };
    expect((await runStage({ images: none, iterations })).doubts).not.toContain('padding');
  });
});

describe('outside the moving image', () => {
  const part = axisAlignedGrid([16, 28, 1], [2, 2, 4], [16, 0, 0]);
  const images = {
    fixed,
    moving: { grid: part, image: fieldOf(part, (x, y) => -5 + x + 0.01 * y) },
  };
  const cornerOf = async (register: NonNullable<Stage['register']>) =>
    (await runStage({ images, register, iterations: [1], similarity: 'similarity.correlation' }))
      .warped[0]!;

  test('stands the lowest value, the edge, or the value that is set', async () => {
    expect(await cornerOf({})).toBe(-5);
    expect(await cornerOf({ outside: 'value', outsideValue: 7.5 })).toBe(7.5);
    expect(await cornerOf({ outside: 'edge' })).toBeCloseTo(-5, 0);
    expect(await cornerOf({ outside: 'edge' })).not.toBe(-5);
  });

  test('an edge that goes on does not hide that nothing was seen', async () => {
    const far = axisAlignedGrid([16, 28, 1], [2, 2, 4], [63, 0, 0]);
    const { problem } = await runStage({
      images: { fixed, moving: { grid: far, image: fieldOf(far, (x, y) => x * y) } },
      register: { outside: 'edge' },
      iterations: [1],
    });
    expect(problem?.severity).toBe('error');
  });
});

test('an objective with images of its own aligns by them', async () => {
  // What register was given says nothing: the spare images show the motion, on other grids.
  const flat = { grid: slice, image: fieldOf(slice, (x, y) => 0.01 * ((x * 7 + y * 3) % 5)) };
  const fine = axisAlignedGrid([40, 36, 1], [1.6, 1.6, 4]);
  const [a, b] = [0, 1].map((isMoving) => ({
    grid: fine,
    image: fieldOf(fine, (x, y) => smooth(0.8 * x - 1.5 * isMoving, 0.8 * y + isMoving)),
  }));
  const { affine } = await runStage({
    images: { fixed: flat, moving: flat, 'spare-fixed': a!, 'spare-moving': b! },
    wires: { 'spare-fixed.image': 'similarity.fixed', 'spare-moving.image': 'similarity.moving' },
  });
  expect(errorMm(affine)).toBeLessThan(0.3);
});

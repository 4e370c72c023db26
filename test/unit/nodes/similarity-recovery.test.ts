import { expect, test } from 'vitest';
import { axisAlignedGrid } from '../../../src/imaging/grid';
import { fieldOf } from '../../support/case-values';
import { runStage, type Stage } from '../../support/run-stage';

const slice = axisAlignedGrid([32, 28, 1], [2, 2, 4]);

/** Two tissues in a third one, 0 to 1. */
function tissue(x: number, y: number): number {
  const blob = (cx: number, cy: number, width: number) =>
    Math.exp(-((x - cx) ** 2 + 1.6 * (y - cy) ** 2) / width);
  return blob(15, 13, 90) * (0.6 + 0.4 * blob(11, 15, 14)) - 0.35 * blob(20, 11, 12);
}

/** The same seen by another device: neither brighter nor darker as a whole. */
const otherContrast = (t: number): number => 200 * Math.sin(3.6 * t) - 60 * t;

const [dx, dy] = [1.5, -1];

function pairOf(seen: (t: number) => number): Stage['images'] {
  return {
    fixed: { grid: slice, image: fieldOf(slice, tissue) },
    moving: { grid: slice, image: fieldOf(slice, (x, y) => seen(tissue(x - dx, y - dy))) },
  };
}

const [sameContrast, unlike] = [pairOf((t) => t), pairOf(otherContrast)];

/** How far the middle of the slice ends from where it belongs, mm. */
function errorMm(affine: readonly number[]): number {
  const [x, y] = [30, 26];
  const at = (row: number) => affine[row]! * x + affine[row + 1]! * y + affine[row + 3]!;
  return Math.hypot(at(0) - x - 2 * dx, at(4) - y - 2 * dy);
}

test.each([
  ['similarity.normalized-mutual-information', unlike, { bins: 16 }],
  ['similarity.normalized-mutual-information', unlike, { bins: 24, window: 'gaussian' }],
  ['similarity.mutual-information', unlike, { bins: 5 }],
  ['similarity.correlation-ratio', unlike, {}],
  ['similarity.gradient-field', unlike, {}],
  ['similarity.mind-ssc', unlike, {}],
  ['similarity.lncc', sameContrast, { window: 'gaussian', sigmaVoxels: 3 }],
  ['similarity.structural-similarity', sameContrast, {}],
  ['similarity.sum-of-squares', sameContrast, {}],
  ['similarity.robust-difference', sameContrast, {}],
  ['similarity.robust-difference', sameContrast, { penalty: 'tukey' }],
] as const)('%s finds a shift of 3.6 mm (%#)', async (similarity, images, similarityParams) => {
  const { affine, problem } = await runStage({ images, similarity, similarityParams });
  expect(problem).toBeUndefined();
  // Interpolated descriptors are blunter than images are.
  expect(errorMm(affine)).toBeLessThan(similarity === 'similarity.mind-ssc' ? 0.6 : 0.4);
});

test('unlike contrasts mislead what compares intensities', async () => {
  const { affine } = await runStage({ images: unlike });
  expect(errorMm(affine)).toBeGreaterThan(1);
  expect(errorMm((await runStage({ images: sameContrast })).affine)).toBeLessThan(0.4);
});
